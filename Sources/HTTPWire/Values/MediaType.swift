/// A media type, the value of `Content-Type`: `text/html; charset=utf-8` (RFC 9110 section 8.3.1; Dart's
/// `ContentType`).
///
///     let type = MediaType("Text/HTML; Charset=\"UTF-8\"")
///     type?.essence       // "text/html"
///     type?.charset       // "utf-8"
///     type?.description   // "text/html; charset=utf-8"
///
/// Names are in lower case, and so is the value of `charset`. Two media types are equal if they are sent as the same
/// text.
public struct MediaType: Sendable, LosslessStringConvertible {
    /// The type as it is sent, with parameter values quoted unless they are tokens.
    public let description: String
    /// Type and subtype without parameters: `text/html`. (Dart's `mimeType`.)
    public let essence: String
    /// The parameters, in order.
    public let parameters: FieldParameters

    /// Reads a media type; `nil` if the text is not one.
    ///
    /// A media range such as `text/*` is read as well, because `*` is a token; see `isRange`.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var offset = 0
        bytes.skipWhitespace(&offset)
        guard let type = bytes.token(&offset), bytes.skip(0x2F, &offset), let subtype = bytes.token(&offset),
            let parameters = FieldParameters(bytes, &offset, allowsMissingValues: false)
        else { return nil }
        self.init(
            essence: bytes.lowercasedString(type.lowerBound..<subtype.upperBound),
            parameters: parameters
        )
    }

    /// Creates a media type of these parts.
    ///
    /// - Parameters:
    ///   - type: The type: `text`.
    ///   - subtype: The subtype: `html`.
    ///   - charset: The parameter `charset`, converted to lower case. It replaces one in `parameters`.
    ///   - parameters: The other parameters; each must have a value.
    /// - Throws: `FieldValueError` if `type`, `subtype` or `charset` is not a token, or a parameter has no value.
    public init(
        type: String,
        subtype: String,
        charset: String? = nil,
        parameters: FieldParameters = FieldParameters()
    ) throws(FieldValueError) {
        for part in [type, subtype] where !part.isToken { throw .notAToken(part) }
        for parameter in parameters where parameter.value == nil { throw .invalidParameter(name: parameter.name) }
        var parameters = parameters
        if let charset {
            guard charset.isToken else { throw .notAToken(charset) }
            parameters.removeAll(named: "charset")
            try parameters.append(name: "charset", value: charset)
        }
        self.init(essence: "\(type)/\(subtype)".asciiLowercased, parameters: parameters)
    }

    /// Creates a type whose parts have been checked.
    private init(essence: String, parameters: FieldParameters) {
        self.essence = essence
        guard !parameters.isEmpty else {
            self.parameters = parameters
            description = essence
            return
        }
        var parameters = parameters
        if let charset = parameters["charset"] {
            parameters.replaceValue(ofFirst: "charset", with: charset.asciiLowercased)
        }
        self.parameters = parameters
        var text = essence
        parameters.write(to: &text)
        description = text
    }

    /// The type: `text` in `text/html`.
    public var type: String {
        String(essence.prefix { $0 != "/" })
    }

    /// The subtype: `html` in `text/html`.
    public var subtype: String {
        String(essence.drop { $0 != "/" }.dropFirst())
    }

    /// The parameter `charset` in lower case.
    public var charset: String? {
        parameters["charset"]
    }
}

extension MediaType: Hashable {
    /// Whether the two are sent as the same text.
    public static func == (left: MediaType, right: MediaType) -> Bool {
        left.description == right.description
    }

    /// Hashes the text that is sent.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(description)
    }
}
