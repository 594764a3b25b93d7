import HTTPWire
import NIOCore

/// Explains to the sender of content why it is not the expected JSON.
package struct JSONExplanation {
    private let reason: String
    /// The mistake, if the content is JSON, but not the expected one; nil if it is not JSON at all.
    package let mistake: InputMistake?

    /// - Parameters:
    ///   - error: The error that decoding the content has thrown.
    ///   - content: The content.
    ///   - keys: The form of the names of members.
    package init(_ error: any Error, _ content: ByteBuffer, keys: JSONFormat.Keys = .asDeclared) {
        guard let error = error as? DecodingError, !content.isBlank else {
            self.init(malformed: content.isBlank ? "it is empty" : "it can't be decoded")
            return
        }
        if case .dataCorrupted = error, let fault = content.faultOfJSON {
            self.init(malformed: fault)
            return
        }
        let (mistake, text) = error.explained
        let place = error.codingPath.map { key in
            key.intValue.map { "[\($0)]" } ?? keys.name(of: key.stringValue)
        }.joined(separator: ".")
        self.init(
            reason: place.isEmpty ? text : "\(text) at \(place)",
            mistake: InputMistake(at: mistake.path.map { $0.named(by: keys) }, mistake.detail)
        )
    }

    private init(malformed reason: String) {
        self.init(reason: reason, mistake: nil)
    }

    private init(reason: String, mistake: InputMistake?) {
        self.reason = reason
        self.mistake = mistake
    }

    /// The reason in one sentence.
    package var sentence: String { "The content is not the expected JSON: \(reason)." }

    /// The answer to the sender: 400 for what is not JSON, 422 for other JSON than the expected one.
    package var error: any Error {
        guard let mistake else { return HTTPError(.badRequest, sentence) }
        return InputError([mistake], in: .json, sentence: sentence)
    }
}

extension ByteBuffer {
    /// Whether there is nothing but white space.
    fileprivate var isBlank: Bool { readableBytesView.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }

    /// Why the bytes are not JSON, and where; nil if they are. The decoder itself says only that they are not.
    fileprivate var faultOfJSON: String? {
        if let fault = JSONFault.first(in: self) {
            return "\(fault.reason) at line \(fault.line), column \(fault.column)"
        }
        return TextEncoding.utf8.string(from: self) == nil ? "it is not UTF-8" : nil
    }
}

extension DecodingError {
    /// The mistake, and the fault in the words of a sentence that names its place afterwards.
    package var explained: (mistake: InputMistake, text: String) {
        let (detail, text): (String, String) =
            switch self {
            case .keyNotFound(let key, _): ("is missing", "\"\(key.stringValue)\" is missing")
            case .typeMismatch(let type, _): ("expected \(type)", "expected \(type)")
            case .valueNotFound(let type, _): ("expected \(type), found null", "expected \(type), found null")
            case .dataCorrupted(let context):
                (context.debugDescription.withoutFullStop, context.debugDescription.withoutFullStop)
            @unknown default: ("can't be decoded", "it can't be decoded")
            }
        var path = codingPath.map(InputMistake.Step.init)
        if case .keyNotFound(let key, _) = self { path.append(InputMistake.Step(key)) }
        return (InputMistake(at: path, detail), text)
    }

    /// The place in which the error was found.
    package var codingPath: [any CodingKey] {
        switch self {
        case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }
}

extension InputMistake.Step {
    package init(_ key: any CodingKey) {
        self = key.intValue.map { .index($0) } ?? .name(key.stringValue)
    }

    /// The step as the sender knows it.
    package func named(by keys: JSONFormat.Keys) -> InputMistake.Step {
        if case .name(let name) = self { .name(keys.name(of: name)) } else { self }
    }
}

extension String {
    /// The sentence without its full stop, to be continued.
    fileprivate var withoutFullStop: String {
        hasSuffix(".") ? String(dropLast()) : self
    }
}
