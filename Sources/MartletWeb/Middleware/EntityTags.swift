import Martlet

/// Gives small responses entity tags, so that clients that have them already get 304 (Not Modified) without the content.
///
/// ```swift
/// router.use(try EntityTags())
/// ```
///
/// The tag is a digest of the content: the handler still makes that, and only its way over the network is saved. A
/// handler that knows its version beforehand calls `HTTPServerRequest.isFresh(etag:modified:exists:)`.
///
/// Tagged are responses to `GET` and `HEAD` with status 200 that are sent whole, by one `end`, and have no `ETag` of
/// their own. Streams and files are not, nor what is larger than the limit. A tag is strong, and weak where the server
/// compresses the response (RFC 9110 section 8.8.1).
public struct EntityTags: Middleware {
    private let limit: Int

    /// Tags for responses up to a size.
    ///
    /// - Parameter limit: The most bytes of a content that is tagged. 64 KiB by default.
    /// - Throws: ``MiddlewareError/invalidLimit(_:)``.
    public init(upTo limit: Int = 65_536) throws(MiddlewareError) {
        guard limit > 0 else { throw .invalidLimit(limit) }
        self.limit = limit
    }

    /// Wraps `handler` in the tags.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            request.response.entityTagLimit = limit
            try await handler(request)
        }
    }
}
