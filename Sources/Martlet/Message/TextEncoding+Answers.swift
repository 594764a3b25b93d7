import HTTPTypes
import HTTPWire
import NIOCore

extension TextEncoding {
    /// The character set of `Content-Type`; UTF-8 if it has none.
    ///
    /// - Throws: ``HTTPError`` with status 415 if it is unknown.
    public init(of fields: HTTPFields) throws(HTTPError) {
        try self.init(of: fields.contentType)
    }

    /// The character set of a media type.
    ///
    /// - Parameter other: The character set to use if it has none; UTF-8 by default.
    /// - Throws: ``HTTPError`` with status 415 if it is unknown.
    public init(of type: MediaType?, otherwise other: TextEncoding = .utf8) throws(HTTPError) {
        guard let charset = type?.charset else {
            self = other
            return
        }
        guard let encoding = TextEncoding(charset: charset) else {
            throw HTTPError(.unsupportedMediaType, "The character set \(charset) is not supported. Send UTF-8.")
        }
        self = encoding
    }

    /// Decodes the readable bytes to text.
    ///
    /// - Throws: ``HTTPError`` with status 400 if the bytes are not text in this character set.
    public func decode(_ bytes: ByteBuffer) throws(HTTPError) -> String {
        guard let text = string(from: bytes) else {
            throw HTTPError(.badRequest, "The content is not \(self == .ascii ? "ASCII" : "valid \(charset)").")
        }
        return text
    }
}
