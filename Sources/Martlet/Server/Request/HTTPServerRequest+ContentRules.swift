import HTTPTypes
import HTTPWire

/// The checks of the content's fields before it is decoded.
extension HTTPServerRequest {
    /// Refuses content with a content coding, such as gzip: it does not match its media type until it is decoded, which
    /// is left to a handler that reads ``body``.
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

    /// Refuses content that does not declare itself as JSON.
    ///
    /// A page of any origin can make a browser send a form or plain text to any server without a preflight request, and
    /// with cookies. It can't send JSON in that way. Content without a type comes from a program, or from a page that
    /// hides what it sends; only the latter names its origin.
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
