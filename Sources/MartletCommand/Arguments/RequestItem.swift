import ArgumentParser

/// An item of a request after its URL, in HTTPie's grammar: a name, a separator and a value.
///
/// The first separator of the text counts, and the longest one at that place. A backslash before `:`, `;`, `=` or `@`
/// makes that character an ordinary one; before anything else it stands for itself.
enum RequestItem: ExpressibleByArgument, Equatable, Sendable {
    /// `Name:value` sets a header field, `Name:` removes it, `Name;` sends it empty.
    case header(HeaderArgument)
    /// `name==value` adds a parameter to the query.
    case query(FormPair)
    /// `name=value`, or `name=@file`: a string of the JSON object, or a field of the form.
    case text(name: String, ContentArgument)
    /// `name:=json`, or `name:=@file`: a member of the JSON object.
    case json(name: String, ContentArgument)
    /// `name@file`: a file of the multipart form.
    case upload(name: String, ContentArgument)

    init?(argument: String) {
        let bytes = Array(argument.utf8)
        var index = 0
        while index < bytes.count {
            if RequestItemSeparator.isEscape(bytes, at: index) {
                index += 2
                continue
            }
            if let separator = RequestItemSeparator(in: bytes, at: index) {
                self.init(
                    name: RequestItemSeparator.unescaped(bytes[..<index]),
                    separator,
                    value: RequestItemSeparator.unescaped(bytes[(index + separator.rawValue.utf8.count)...])
                )
                return
            }
            index += 1
        }
        guard argument.hasSuffix(";"), let header = HeaderArgument(argument: argument) else { return nil }
        self = .header(header)
    }

    private init?(name: String, _ separator: RequestItemSeparator, value: String) {
        guard !name.isEmpty else { return nil }
        switch separator {
        case .header:
            guard let header = HeaderArgument(argument: "\(name):\(value)"), !name.contains(":") else { return nil }
            self = .header(header)
        case .query: self = .query(FormPair(name: name, value: value))
        case .text: self = .text(name: name, .text(value))
        case .json: self = .json(name: name, .text(value))
        case .textFile, .jsonFile, .upload:
            guard !value.isEmpty else { return nil }
            let file = ContentArgument(argument: "@\(value)")
            switch separator {
            case .textFile: self = .text(name: name, file)
            case .jsonFile: self = .json(name: name, file)
            default: self = .upload(name: name, file)
            }
        }
    }

    /// The source of the item's content; nil if it belongs to the head.
    var source: ContentArgument? {
        switch self {
        case .header, .query: nil
        case .text(_, let source), .json(_, let source), .upload(_, let source): source
        }
    }
}

/// The characters between the name and the value of an item.
private enum RequestItemSeparator: String, CaseIterable {
    // Longer ones first.
    case jsonFile = ":=@"
    case json = ":="
    case query = "=="
    case textFile = "=@"
    case text = "="
    case header = ":"
    case upload = "@"

    /// The separator that begins at a place; nil if there is none.
    init?(in bytes: [UInt8], at index: Int) {
        guard let separator = Self.allCases.first(where: { bytes[index...].starts(with: $0.rawValue.utf8) }) else {
            return nil
        }
        self = separator
    }

    /// Whether a backslash takes the special meaning from the next character.
    static func isEscape(_ bytes: some Collection<UInt8>, at index: Int) -> Bool {
        let pair = bytes.dropFirst(index).prefix(2)
        return pair.count == 2 && pair.first == UInt8(ascii: "\\") && pair.dropFirst().allSatisfy(":;=@".utf8.contains)
    }

    static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        var (text, index) = ([UInt8](), 0)
        while index < bytes.count {
            if isEscape(bytes, at: index) { index += 1 }
            text.append(bytes[bytes.startIndex + index])
            index += 1
        }
        return String(decoding: text, as: UTF8.self)
    }
}
