import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// A request that is set up and written piece by piece.
///
/// Its properties can be changed until the first write, which sends the head; a later change has no effect, and the
/// next write throws ``HTTPClientError/headAlreadySent``. A request that is dropped without ``end()`` is aborted.
public final class HTTPClientRequest: Sendable {
    private enum Phase {
        case draft
        case sending(OutgoingBody, Task<HTTPClientResponse, any Error>)
        case ended(OutgoingBody?, Task<HTTPClientResponse, any Error>?)
    }

    private struct State {
        var draft: RequestDraft
        var phase = Phase.draft
        var wasChangedTooLate = false
        var isAborted = false
        var trailers: HTTPFields = [:]
    }

    /// Kept so that the client does not close connections that the request needs.
    private let client: HTTPClient
    private var core: ClientCore { client.core }
    private let state: Mutex<State>

    init(_ draft: RequestDraft, client: HTTPClient) {
        self.client = client
        self.state = Mutex(State(draft: draft))
    }

    deinit {
        if case .sending = state.withLock({ $0.phase }) { abort() }
    }

    // MARK: The head

    /// The method.
    public var method: HTTPRequest.Method { state.withLock { $0.draft.method } }

    /// The URL.
    public var url: HTTPURL { state.withLock { $0.draft.url } }

    /// The header fields. They start as the client's default fields.
    ///
    /// `Content-Length` is set by ``contentLength``; set `Host` here to send another one than the URL's.
    public var headers: HTTPFields {
        get { state.withLock { $0.draft.headers } ?? core.defaultHeaders }
        _modify {
            var fields = headers
            defer { change { $0.headers = fields } }
            yield &fields
        }
    }

    /// The cookies to send, in one `Cookie` field.
    public var cookies: [Cookie] {
        get { state.withLock { $0.draft.cookies } }
        set { change { $0.cookies = newValue } }
    }

    /// How many bytes will be written; nil, the default, sends them in chunks.
    public var contentLength: Int? {
        get { state.withLock { $0.draft.contentLength } }
        set { change { $0.contentLength = newValue } }
    }

    /// Whether the connection may be used for further requests. True by default.
    public var isPersistent: Bool {
        get { state.withLock { $0.draft.isPersistent } }
        set { change { $0.isPersistent = newValue } }
    }

    /// Whether redirects are followed. The client's setting by default.
    public var followsRedirects: Bool {
        get { state.withLock { $0.draft.redirectPolicy.isEnabled } }
        set { change { $0.redirectPolicy.isEnabled = newValue } }
    }

    /// How many redirects are followed. The client's setting by default.
    public var maximumRedirects: Int {
        get { state.withLock { $0.draft.redirectPolicy.limit } }
        set { change { $0.redirectPolicy.limit = newValue } }
    }

    /// Called with every informational response (RFC 9110 section 15.2), including 100 Continue. Nil by default.
    public var onInformational: (@Sendable (HTTPResponse.Status, HTTPFields) -> Void)? {
        get { state.withLock { $0.draft.onInformational } }
        set { change { $0.onInformational = newValue } }
    }

    /// The fields to send after the content (RFC 9110 section 6.5). They can be set until ``end()``, and are sent when
    /// the content is chunked.
    public var trailers: HTTPFields {
        get { state.withLock { $0.trailers } }
        set { state.withLock { $0.trailers = newValue } }
    }

    private func change(_ body: (inout RequestDraft) -> Void) {
        state.withLock { state in
            if case .draft = state.phase {
                body(&state.draft)
            } else {
                state.wasChangedTooLate = true
            }
        }
    }

    // MARK: The content

    /// Adds a text to the content, as UTF-8. Returns when the server has taken enough of what was written before.
    ///
    /// Once the server has answered without waiting for the content, what is written is dropped; ``end()`` returns the
    /// answer.
    /// - Throws: ``HTTPClientError``, or `CancellationError`.
    public func write(_ text: String) async throws {
        try await write(.text(text))
    }

    /// Adds bytes to the content. See ``write(_:)-(String)``.
    public func write(_ bytes: ByteBuffer) async throws {
        try await write(.buffer(bytes))
    }

    /// Adds bytes to the content. See ``write(_:)-(String)``.
    public func write(bytes: some Sequence<UInt8>) async throws {
        try await write(.buffer(ByteBuffer(bytes: bytes)))
    }

    /// Adds everything in `source` to the content as it arrives.
    public func write<Source: AsyncSequence>(contentsOf source: Source) async throws
    where Source.Element == ByteBuffer {
        for try await bytes in source {
            try await write(.buffer(bytes))
        }
    }

    /// Ends the request and waits for the response. When nothing was written, the request has no content.
    ///
    /// - Throws: ``HTTPClientError``, or `CancellationError` when the task is cancelled.
    public func end() async throws -> HTTPClientResponse {
        try await end(body: nil)
    }

    /// Sends `body` after what was written before, ends the request and waits for the response.
    public func end(_ body: HTTPRequestBody) async throws -> HTTPClientResponse {
        try await end(body: body)
    }

    /// Gives the request up: ``end()`` throws ``HTTPClientError/aborted``. It has no effect once the response has
    /// arrived.
    public func abort() {
        let phase = state.withLock { state in
            state.isAborted = true
            return state.phase
        }
        switch phase {
        case .draft: break
        case .sending(let body, let task), .ended(.some(let body), .some(let task)):
            body.fail(HTTPClientError.aborted)
            task.cancel()
        case .ended: break
        }
    }

    private func write(_ content: OutgoingContent) async throws {
        let body = try state.withLock { state in
            if state.isAborted { throw HTTPClientError.aborted }
            if state.wasChangedTooLate {
                state.wasChangedTooLate = false
                throw HTTPClientError.headAlreadySent
            }
            switch state.phase {
            case .draft: return start(&state)
            case .sending(let body, _): return body
            case .ended: throw HTTPClientError.requestEnded
            }
        }
        try await body.write(content)
    }

    private func end(body: HTTPRequestBody?) async throws -> HTTPClientResponse {
        enum Step {
            case send(RequestDraft)
            case finish(OutgoingBody, Task<HTTPClientResponse, any Error>, HTTPFields)
        }
        let step = try state.withLock { state -> Step in
            if state.isAborted { throw HTTPClientError.aborted }
            let trailers = state.trailers
            switch state.phase {
            case .draft where trailers.isEmpty:
                state.phase = .ended(nil, nil)
                state.draft.body = body
                if body == nil, let length = state.draft.contentLength, length > 0 {
                    throw HTTPClientError.contentLengthNotReached(announced: length, written: 0)
                }
                return .send(state.draft)
            case .draft:
                let outgoing = start(&state)
                guard case .sending(_, let task) = state.phase else { throw HTTPClientError.requestEnded }
                state.phase = .ended(outgoing, task)
                return .finish(outgoing, task, trailers)
            case .sending(let outgoing, let task):
                state.phase = .ended(outgoing, task)
                return .finish(outgoing, task, trailers)
            case .ended:
                throw HTTPClientError.requestEnded
            }
        }
        switch step {
        case .send(let draft):
            return try await core.send(draft)
        case .finish(let outgoing, let task, let trailers):
            if let body {
                switch body.source {
                case .whole(let content): try await outgoing.write(content)
                case .stream(let write): try await write(outgoing)
                }
            }
            outgoing.finish(trailers: trailers)
            do {
                return try await withTaskCancellationHandler {
                    try await task.value
                } onCancel: {
                    task.cancel()
                }
            } catch is CancellationError where state.withLock({ $0.isAborted }) {
                throw HTTPClientError.aborted
            }
        }
    }

    /// Sends the head, in a task that waits for the response.
    private func start(_ state: inout State) -> OutgoingBody {
        let body = OutgoingBody()
        state.draft.stream = body
        let draft = state.draft
        let client = client
        let task = Task {
            do {
                return try await client.core.send(draft)
            } catch {
                body.fail(error)
                throw error
            }
        }
        state.phase = .sending(body, task)
        return body
    }
}

/// More ways to write text.
extension HTTPClientRequest {
    /// Adds a text and a line feed to the content. See ``write(_:)-(String)``.
    public func writeLine(_ text: String = "") async throws {
        try await write(text + "\n")
    }

    /// Adds the texts of `items` to the content, with `separator` between them. See ``write(_:)-(String)``.
    public func writeAll(_ items: some Sequence<some CustomStringConvertible>, separator: String = "") async throws {
        try await write(items.map { $0.description }.joined(separator: separator))
    }

    /// Adds every text of `source` to the content as it arrives. See ``write(_:)-(String)``.
    public func write<Source: AsyncSequence>(contentsOf source: Source) async throws where Source.Element == String {
        for try await text in source {
            try await write(text)
        }
    }
}
