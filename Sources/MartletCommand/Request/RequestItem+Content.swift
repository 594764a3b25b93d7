import HTTPWire
import Martlet
import NIOCore

extension [RequestItem] {
    var headers: [HeaderArgument] {
        compactMap { if case .header(let header) = $0 { header } else { nil } }
    }

    /// The parameters to add to the query; nil if there are none.
    var query: String? {
        let pairs = compactMap { if case .query(let pair) = $0 { pair } else { nil } }
        return pairs.isEmpty ? nil : pairs.encoded
    }

    /// Whether some of the items are content.
    var haveContent: Bool { contains { $0.source != nil } }

    var haveUploads: Bool {
        contains { if case .upload = $0 { true } else { false } }
    }

    /// The content of the items; nil if there is none.
    ///
    /// - Parameter asForm: Whether the content is a form, even without files.
    func content(asForm: Bool) async throws -> RequestContent? {
        guard haveContent else { return nil }
        if haveUploads { return .multipart(compactMap(\.field)) }
        if asForm {
            var pairs: [FormPair] = []
            for case .text(let name, let source) in self {
                pairs.append(FormPair(name: name, value: try await source.text(for: name)))
            }
            return .data([.text(pairs.encoded)])
        }
        var object = JSONObjectText()
        for item in self {
            switch item {
            case .text(let name, let source): try object.append(name, text: try await source.text(for: name))
            case .json(let name, let source): try object.append(name, json: try await source.text(for: name))
            default: break
            }
        }
        return .json(.text(object.description))
    }
}

extension [FormPair] {
    /// The pairs, URL-encoded.
    var encoded: String {
        var parameters = QueryParameters()
        for pair in self { parameters.append(name: pair.name, value: pair.value) }
        return parameters.description
    }
}

extension RequestItem {
    /// The field of a multipart form; nil if the item is none.
    fileprivate var field: FormField? {
        switch self {
        case .text(let name, .text(let text)):
            FormField(name: name, parts: [.init(content: .text(text))])
        case .text(let name, let source):
            FormField(name: name, parts: [.init(content: .file(source))])
        case .upload(let name, let source):
            FormField(name: name, parts: [.init(content: .file(source), fileName: source.fileName)])
        case .header, .query, .json: nil
        }
    }
}

extension ContentArgument {
    /// The longest text that an item takes from a file.
    private static let textLimit = 16 * 1_048_576

    /// The name under which the file is uploaded.
    fileprivate var fileName: String {
        guard case .file(let path) = self else { return "-" }
        return path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The whole of it as text.
    fileprivate func text(for name: String) async throws -> String {
        guard let bytes = try await collect(upTo: Self.textLimit) else {
            throw CommandFailure(.fileError, "\(name): The file is longer than 16 MiB. Send it with --data or --form.")
        }
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw CommandFailure(.fileError, "\(name): The file is not text in UTF-8. Upload it with \(name)@FILE.")
        }
        return text
    }
}
