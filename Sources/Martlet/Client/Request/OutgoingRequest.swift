import HTTPTypes
import HTTPWire
import NIOCore

/// The head of a request, as a connection sends it.
struct OutgoingRequest: Sendable {
    /// How the length of the request's content is conveyed (RFC 9112 section 6).
    enum Framing: Sendable, Equatable {
        /// There is no content.
        case none
        case contentLength(Int)
        case chunked
    }

    var method: HTTPRequest.Method
    /// The request target, in the form that the peer expects (RFC 9112 section 3.2).
    var target: String
    /// The value of the Host field, unless ``fields`` has one.
    var host: String
    /// The fields in wire format, for a request that has none but the client's own.
    var renderedFields = ByteBuffer()
    /// The request's fields, which are sent instead of ``renderedFields``.
    var fields: HTTPFields?
    var framing = Framing.none
    /// Whether the connection may be used again.
    var isPersistent = true
    /// Whether the content waits for 100 Continue (RFC 9110 section 10.1.1).
    var expectsContinue = false
}
