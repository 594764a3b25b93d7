/// The value of `Content-Disposition`: what a recipient should do with the content (RFC 6266).
///
///     ContentDisposition(.attachment, fileName: "€ rates.txt").description
///     // attachment; filename="_ rates.txt"; filename*=UTF-8''%E2%82%AC%20rates.txt
///
/// The field of a part of a form has a syntax of its own; `FormDataHead` reads that.
public struct ContentDisposition: Sendable, Hashable, LosslessStringConvertible {
    /// The disposition: how a recipient should treat the content.
    public struct Kind: Sendable, Hashable, ExpressibleByStringLiteral {
        /// The name in lower case.
        public let name: String

        /// Creates a kind with any name.
        public init(stringLiteral name: String) {
            self.name = name.asciiLowercased
        }

        fileprivate init(_ name: String) {
            self.name = name
        }

        /// Store the content, under the file name.
        public static let attachment: Kind = "attachment"
        /// Display the content.
        public static let inline: Kind = "inline"
    }

    /// The disposition.
    public let kind: Kind
    /// The name to store the content under: from `filename*` if there is one, otherwise from `filename`.
    ///
    /// The sender has chosen it: never use it as a path.
    public let fileName: String?
    /// The parameters as they are sent.
    public let parameters: FieldParameters

    /// Creates a value to send.
    ///
    /// The name is also sent as `filename*` if it has other characters than printable ASCII, or one of `" \ %`. Control
    /// characters become underscores.
    public init(_ kind: Kind, fileName: String? = nil) {
        self.kind = kind
        guard let fileName else {
            (self.fileName, parameters) = (nil, FieldParameters())
            return
        }
        let clean = String(String.UnicodeScalarView(fileName.unicodeScalars.map { $0.isControl ? "_" : $0 }))
        let plain = String(String.UnicodeScalarView(clean.unicodeScalars.map { $0.isPlain ? $0 : "_" }))
        var parameters = FieldParameters()
        parameters.append(FieldParameters.Parameter(name: "filename", value: plain))
        if plain != clean {
            parameters.append(FieldParameters.Parameter(name: "filename*", value: ExtendedValue.encode(clean)))
        }
        self.fileName = clean
        self.parameters = parameters
    }

    /// Reads a value; `nil` if it is malformed.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var offset = 0
        bytes.skipWhitespace(&offset)
        guard let kind = bytes.token(&offset),
            let parameters = FieldParameters(bytes, &offset, allowsMissingValues: false)
        else { return nil }
        self.kind = Kind(bytes.lowercasedString(kind))
        self.parameters = parameters
        fileName = parameters["filename*"].flatMap(ExtendedValue.decode) ?? parameters["filename"]
    }

    /// The value as it is sent.
    public var description: String {
        var text = kind.name
        for parameter in parameters {
            guard let value = parameter.value else { continue }
            // Browsers want `filename` quoted and `filename*` not.
            text += "; \(parameter.name)=\(parameter.name.hasSuffix("*") && value.isToken ? value : value.quoted)"
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { value < 0x20 || 0x7F...0x9F ~= value }

    /// Whether every browser reads the character in `filename` as it is. Some unescape or decode the others.
    fileprivate var isPlain: Bool { 0x20..<0x7F ~= value && self != "\"" && self != "\\" && self != "%" }
}
