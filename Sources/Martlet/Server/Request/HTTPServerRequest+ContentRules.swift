import HTTPTypes
import HTTPWire

/// What a content must say of itself before it is read as something.
extension HTTPServerRequest {
    /// Refuses a content that comes in a content coding, such as gzip: it is not what its media type says until that has
    /// been undone, which is up to the handler that reads ``body``.
    ///
    /// - Throws: ``HTTPError`` with 415 and `Accept-Encoding` (RFC 9110 section 15.5.16).
    package func requireNoContentCoding() throws(HTTPError) {
        guard exchange.body != nil else { return }
        let codings = headers.members(of: .contentEncoding)
        guard codings.contains(where: { $0.asciiLowercased != ContentCoding.identity.description }) else { return }
        throw HTTPError(
            .unsupportedMediaType,
            "The content comes in a Content-Encoding, which is not undone here; send it as it is.",
            headers: [.acceptEncoding: ContentCoding.identity.description]
        )
    }

    /// Refuses a content that does not say that it is JSON.
    ///
    /// A page of any origin can make a browser send a form or plain text to any server without asking first, with cookies
    /// perhaps. It can't send JSON in that way. A content without a type comes from a program, or from a page that hides
    /// what it sends; only the latter names its origin.
    ///
    /// - Throws: ``HTTPError`` with 415 and `Accept` (RFC 9110 section 15.5.16).
    func requireJSON() throws(HTTPError) {
        let isJSON = headers[.contentType] == nil ? headers[.origin] == nil : headers.contentType?.isJSON == true
        guard !isJSON else { return }
        throw HTTPError(
            .unsupportedMediaType,
            "The content is not application/json.",
            headers: [.accept: MediaType.json.essence]
        )
    }
}
