import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// Answering requests with server-sent events.
extension HTTPServerRequest {
    /// The id of the last event that the client has received: `Last-Event-ID`, which clients send when they connect
    /// again; nil if there is none.
    public var lastEventID: String? {
        headers[.lastEventID].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Answers the request with the events that `body` sends, and ends the response when that returns. For the same
    /// events to many clients, use an ``EventFeed``.
    ///
    /// ```swift
    /// try await request.sendEvents { events in
    ///     for try await step in builds.steps(of: 7) { try await events.send(json: step, name: "step") }
    /// }
    /// ```
    ///
    /// The response is sent as `text/event-stream`, not compressed, not cached, and not held back by proxies; fields
    /// that were set before, `Cache-Control` too, are sent with it. It does not count for the server's `handlerTimeout`
    /// and for ``RequestTimeout``. When the client goes, the handler's task is cancelled. When the server shuts down, it
    /// waits for the response for as long as its `shutdownTimeout`: `request.cancelWhenShuttingDown` ends it earlier.
    ///
    /// `HEAD` is answered with the head, without calling `body`.
    ///
    /// - Parameters:
    ///   - keepAlive: The longest silence: a comment is sent when nothing else is. Nil for none. 15 seconds by default.
    ///   - body: Sends the events. The head of the response, with status 200, has been sent before.
    /// - Throws: ``HTTPError`` with 406 if `Accept` excludes `text/event-stream`; what `body` throws, which breaks the
    ///   response off.
    public func sendEvents(
        keepAlive: Duration? = .seconds(15),
        _ body: (EventWriter) async throws -> Void
    ) async throws {
        guard try await beginEvents() else { return }
        try await response.flush()
        let pulse = response.keepAlive(keepAlive)
        defer { pulse?.cancel() }
        try await body(EventWriter(response: response))
        try await response.end()
    }

    /// Prepares a response that has events. False when the request is answered already, since it asks for the head only.
    ///
    /// - Throws: ``HTTPError`` with 406.
    func beginEvents() async throws -> Bool {
        guard QualityList(fieldValues: headers[values: .accept]).quality(of: .eventStream) > 0 else {
            throw HTTPError(.notAcceptable, "This resource is a stream of events: text/event-stream.")
        }
        let response = response
        response.headers.contentType = .eventStream
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.xAccelBuffering] = "no"
        guard method != .head else {
            // The head of a response whose length is not known.
            try await response.flush()
            try await response.end()
            return false
        }
        response.liftTimeLimit()
        return true
    }
}

extension HTTPServerResponse {
    /// Sends comments as long as the result is not cancelled, unless the interval is nil.
    func keepAlive(_ interval: Duration?) -> KeepAlive? {
        guard let interval else { return nil }
        var comment = ByteBuffer()
        comment.writeServerSentComment()
        return keepAlive(every: interval, sending: comment)
    }
}
