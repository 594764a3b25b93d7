import HTTPTypes
import HTTPWire

/// The response as the handler has set it up so far.
struct ResponseDraft: Sendable {
    var status: HTTPResponse.Status = .ok
    /// The code that was set last, when it does not fit into a status.
    var impossibleStatusCode: Int?
    /// The fields, once the handler has accessed them; nil while they are the server's default ones.
    var headers: HTTPFields? { didSet { rendered = nil } }
    /// The ``headers`` in wire format, where they were prepared.
    private(set) var rendered: PreparedHeaders.Rendered?
    var cookies: [SetCookie] = []
    /// Nil while there are none: an empty `HTTPFields` costs an allocation.
    var trailers: HTTPFields?
    var contentLength: Int?
    var isPersistent: Bool
    var buffersOutput = true
    var deadline: Duration?
    /// Whether something was changed after the head was sent, which the next write reports.
    var wasChangedTooLate = false
    var isHeadSent = false

    /// The length that the handler has announced, as a property or as a field.
    var announcedLength: Int? { contentLength ?? (rendered?.lines == nil ? headers?.contentLength : nil) }

    /// Sets the fields to some that were prepared.
    mutating func set(_ rendered: PreparedHeaders.Rendered) {
        headers = rendered.fields
        self.rendered = rendered
    }

    /// Whether the head contains only what every response has.
    var isDefault: Bool {
        headers == nil && contentLength == nil && trailers == nil && cookies.isEmpty && isPersistent
            && status.code == 200 && status.reasonPhrase == "OK" && impossibleStatusCode == nil
    }
}
