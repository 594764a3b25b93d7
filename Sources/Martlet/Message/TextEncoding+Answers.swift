import HTTPTypes
import HTTPWire
import NIOCore

extension TextEncoding {
    /// The character set that `Content-Type` names; UTF-8 when it names none.
    ///
    /// - Throws: ``HTTPError`` with 415 for one that is not known.
    public init(of fields: HTTPFields) throws(HTTPError) {
        try self.init(of: fields.contentType)
    }

    /// The character set that a media type names.
    ///
    /// - Parameter other: What to take when it names none; UTF-8 by default.
    /// - Throws: ``HTTPError`` with 415 for one that is not known.
    public init(of type: MediaType?, otherwise other: TextEncoding = .utf8) throws(HTTPError) {
        guard let charset = type?.charset else {
            self = other
            return
        }
        guard let encoding = TextEncoding(charset: charset) else {
            throw HTTPError(.unsupportedMediaType, "The character set \(charset) is not known; send UTF-8.")
        }
        self = encoding
    }

    /// The text that the readable bytes are.
    ///
    /// - Throws: ``HTTPError`` with 400 when the bytes are not text in this character set.
    public func decode(_ bytes: ByteBuffer) throws(HTTPError) -> String {
        guard let text = string(from: bytes) else {
            throw HTTPError(.badRequest, "The content is not \(self == .ascii ? "ASCII" : "valid \(charset)").")
        }
        return text
    }
}
