import HTTPTypes
import HTTPWire
import NIOCore

/// The outlet of a ``ResponseWriter``: one version of HTTP, which gives heads and contents their form.
///
/// The writer decides what is sent, and how its end is told; an encoder only encodes that. A member that throws has
/// appended nothing.
protocol ResponseEncoder {
    /// Where the next bytes go.
    associatedtype Position

    var position: Position { get }

    /// Appends the whole of a response of which nothing was changed; false where that is no shorter way.
    mutating func appendDefault(_ content: OutgoingContent, _ constants: HeadConstants) -> Bool
    mutating func append(_ head: ResponseHeadPlan, _ constants: HeadConstants) throws(HTTPServerError)
    /// Takes the head back that was appended at the position, and behind which nothing was.
    mutating func removeHead(at position: Position)
    mutating func append(_ content: OutgoingContent, isChunked: Bool)
    mutating func append(_ slice: FileSlice, isChunked: Bool)
    /// Ends a content that is not empty by its status.
    mutating func appendEnd(trailers: HTTPFields?, isChunked: Bool) throws(HTTPServerError)
}

extension ResponseEncoder {
    mutating func appendDefault(_ content: OutgoingContent, _ constants: HeadConstants) -> Bool { false }
}

/// The head of a response, decided on and not yet encoded.
struct ResponseHeadPlan {
    let status: HTTPResponse.Status
    /// The version of the request.
    let version: HTTPVersion
    /// The fields; nil for those that all responses have. Those that frame the content are left out of them.
    let fields: HTTPFields?
    /// The same in the wire format of HTTP/1, if it is known; they are checked then.
    let rendered: ByteBuffer?
    /// Whether the handler has given the date.
    let hasDate: Bool
    let cookies: [SetCookie]
    /// The length of the content, if it is told.
    let contentLength: Int?
    /// Whether the content comes in chunks.
    let isChunked: Bool
    /// Whether the connection can be used again.
    let isPersistent: Bool

    /// Whether nothing but the fields and the length of the content is special.
    var isOrdinary: Bool {
        status.code == 200 && status.reasonPhrase == "OK" && version == .http1_1 && cookies.isEmpty && isPersistent
            && !isChunked
    }

    /// Whether a field of ``fields`` is sent as it is: those of the connection and of the framing are derived from the rest.
    func sends(_ field: HTTPField) -> Bool {
        switch ManagedField(field.name) {
        case .date, nil: true
        // Goes with the Upgrade field (RFC 9110 section 15.5.22). HTTP/2 has no such thing.
        case .connection: status == .upgradeRequired && version != .http2 && field.value.lowercased() == "upgrade"
        case .contentLength, .transferEncoding: false
        }
    }
}
