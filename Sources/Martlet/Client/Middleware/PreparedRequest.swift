import HTTPTypes
import HTTPWire
import NIOCore

/// A request that is about to be sent, as ``ClientMiddleware`` sees it.
public struct PreparedRequest: Sendable {
    var draft: RequestDraft
    let core: ClientCore
    /// The attempt that the request is sent by; nil for the request as a whole.
    let attempt: ClientAttempt?

    init(_ draft: RequestDraft, core: ClientCore, attempt: ClientAttempt? = nil) {
        self.draft = draft
        self.core = core
        self.attempt = attempt
    }

    /// The method.
    public var method: HTTPRequest.Method { draft.method }

    /// The URL.
    public var url: HTTPURL { draft.url }

    /// The header fields: those of the request and the client's default fields. What is added for cookies, credentials
    /// and content is not among them yet.
    public var headers: HTTPFields {
        get { draft.headers ?? core.defaultHeaders }
        _modify {
            var fields = headers
            defer { draft.headers = fields }
            yield &fields
        }
    }

    /// Where the time comes from.
    package var time: TimeSource { core.time }

    /// Whether the request can be sent more than once. Content that is streamed is gone after the first time.
    public var isRepeatable: Bool { draft.isRepeatable }

    /// How much of the client's `totalTimeout` is left; nil without one.
    public var timeLeft: Duration? {
        guard let deadline = draft.deadline else { return nil }
        let left = deadline - core.time.now
        return .nanoseconds(max(0, left.nanoseconds))
    }
}
