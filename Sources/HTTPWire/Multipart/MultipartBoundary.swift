/// The text that separates the parts of a multipart content (RFC 2046 section 5.1.1).
public struct MultipartBoundary: Sendable, Hashable, CustomStringConvertible {
    /// The boundary, without the hyphens before it.
    public let description: String

    /// A boundary of this text.
    ///
    /// - Throws: `MultipartError.invalidBoundary` unless it is 1 to 70 letters, digits, spaces and `'()+_,-./:=?`, and
    ///   no space at the end.
    public init(_ text: String) throws(MultipartError) {
        guard 1...70 ~= text.utf8.count, text.utf8.allSatisfy({ $0 == 0x20 || $0.isBoundaryCharacter }),
            text.utf8.last != 0x20
        else { throw .invalidBoundary(text) }
        description = text
    }

    /// The boundary that a media type names.
    ///
    /// - Parameter type: The type of the content.
    /// - Parameter essence: The media type to expect, such as `multipart/form-data`.
    /// - Throws: `MultipartError` if the type is another one, or has no valid boundary.
    public init(of type: MediaType?, expecting essence: String) throws(MultipartError) {
        guard let type, type.essence == essence else { throw .unsupportedMediaType(wanted: essence) }
        guard let text = type.parameters["boundary"] else { throw .missingBoundary }
        try self.init(text)
    }
}

extension UInt8 {
    /// `bcharsnospace` of RFC 2046 section 5.1.1.
    package var isBoundaryCharacter: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "'()+_,-./:=?".utf8.contains(self)
        }
    }
}
