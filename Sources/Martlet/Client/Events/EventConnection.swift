import HTTPTypes
import HTTPWire
import NIOCore

/// One of the responses that an ``EventSource`` reads its events from.
struct EventConnection {
    /// Why a connection has ended, when another one may fare better.
    struct Failure: Error {
        let error: any Error
        /// How long the server wants to be left alone; nil if it has not said so.
        var retryAfter: Duration?
    }

    /// Whether anything has arrived.
    private(set) var hasReceived = false
    private var body: HTTPBody.AsyncIterator
    private var parser: EventStreamParser
    private var buffer = ByteBuffer()
    private let silence: Silence

    /// How long the server may say nothing.
    private struct Silence: Sendable {
        let timeout: Duration?
        let url: HTTPURL
        let clock: LoopClock

        /// The limit for what begins now.
        var limit: TimeLimit? {
            timeout.map { timeout in
                TimeLimit(
                    deadline: clock.now + TimeAmount(timeout),
                    error: .timedOut(.read, host: url.host, port: url.effectivePort, after: timeout),
                    clock: clock
                )
            }
        }
    }

    private init(_ response: HTTPClientResponse, _ source: EventSource, lastEventID: String?, _ silence: Silence) {
        body = response.body.makeAsyncIterator()
        parser = EventStreamParser(lastEventID: lastEventID, limits: source.configuration.limits)
        self.silence = silence
    }

    /// Connects; nil if the server wants no connections.
    ///
    /// - Throws: ``Failure``, or an error that another connection would end with, too.
    static func open(_ source: EventSource, lastEventID: String?) async throws -> EventConnection? {
        let (client, url) = (source.client, source.url)
        guard let parsed = HTTPURL(url) else { throw HTTPClientError.invalidURL(url) }
        let silence = Silence(
            timeout: source.configuration.silenceTimeout,
            url: parsed,
            clock: client.core.nextLoop().clock
        )
        let fields = fields(source, lastEventID: lastEventID)
        let response = try await repeatable {
            try await TimeLimit.run(within: silence.limit) { try await client.get(url, headers: fields) }
        }
        switch response.status.code {
        case 200:
            let type = response.headers[.contentType]
            guard response.headers.contentType?.essence == MediaType.eventStream.essence else {
                throw EventSourceError.unexpectedContentType(type)
            }
            return EventConnection(response, source, lastEventID: lastEventID, silence)
        case 204:
            return nil
        case 408, 429, 500...599:
            throw Failure(
                error: EventSourceError.unexpectedStatus(response.status),
                retryAfter: response.headers.retryAfter(now: client.core.time.date)
            )
        default:
            throw EventSourceError.unexpectedStatus(response.status)
        }
    }

    private static func fields(_ source: EventSource, lastEventID: String?) -> HTTPFields {
        var fields = source.configuration.headers
        fields[.accept] = MediaType.eventStream.essence
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
        fields[.lastEventID] = lastEventID
        return fields
    }

    /// The latest id.
    var lastEventID: String? { parser.lastEventID }

    /// How long the server wants the client to wait before it connects again; nil if it has not said so.
    var reconnectionTime: Duration? { parser.reconnectionTime }

    /// The next event; nil when the stream ends.
    ///
    /// - Throws: ``Failure``, or an error that another connection would end with, too.
    mutating func next() async throws -> ServerSentEvent? {
        while true {
            do throws(EventStreamError) {
                if let event = try parser.parse(&buffer) { return event }
            } catch {
                throw EventSourceError.limitExceeded(error)
            }
            let start = body
            let silence = silence
            let (bytes, rest) = try await Self.repeatable {
                try await TimeLimit.run(within: silence.limit) {
                    var body = start
                    let bytes = try await body.next()
                    return (bytes, body)
                }
            }
            body = rest
            guard let bytes else { return nil }
            hasReceived = true
            buffer = bytes
        }
    }

    /// Marks the errors of connections that are lost.
    private static func repeatable<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as HTTPClientError where error.isTemporary {
            throw Failure(error: error)
        } catch let error as HTTPBodyError where error.isTemporary {
            throw Failure(error: error)
        }
    }
}

extension HTTPClientError {
    /// Whether the same request may succeed later.
    fileprivate var isTemporary: Bool {
        switch self {
        case .unknownHost, .couldNotConnect, .timedOut, .connectionClosed, .proxyTunnelRefused, .http2: true
        default: false
        }
    }
}

extension HTTPBodyError {
    /// Whether the content has ended for reasons that have nothing to do with it.
    fileprivate var isTemporary: Bool {
        switch self {
        case .connectionClosed, .tooSlow: true
        default: false
        }
    }
}
