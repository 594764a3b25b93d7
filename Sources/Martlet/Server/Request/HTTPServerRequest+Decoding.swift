import HTTPTypes
import HTTPWire

/// How middleware undoes the content coding of a request.
extension HTTPServerRequest {
    /// The names of the content's codings, in lower case and in the order in which they were applied, without
    /// `identity`, which means none. Empty if there is no content.
    package var contentCodings: [String] {
        guard exchange.body != nil else { return [] }
        return headers.members(of: .contentEncoding).map(\.asciiLowercased)
            .filter { $0 != ContentCoding.identity.description }
    }

    /// Lets everything that reads the content from now on get it without its coding, through any copy of the request.
    /// `Content-Encoding` and `Content-Length`, which describe what was sent, are removed from the headers.
    ///
    /// - Throws: ``HTTPBodyError/undecodable(_:)`` if there is not enough memory.
    package func decodeContent(_ coding: ContentCoding, limits: Decompressor.Limits) throws {
        guard let stream = exchange.body else { return }
        let body = try DecodedBody(stream, [coding], limits: limits) { HTTPBodyError.undecodable($0) }
        var fields = headers
        fields[.contentEncoding] = nil
        fields[.contentLength] = nil
        exchange.replaceContent(with: body, fields)
    }
}
