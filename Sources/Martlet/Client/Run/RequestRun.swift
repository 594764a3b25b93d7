import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// One request from its draft to the response that the caller gets, over as many exchanges as that takes: retries on
/// other connections, redirects and authentication.
struct RequestRun {
    let core: ClientCore
    var draft: RequestDraft
    var redirects: [RedirectInfo] = []
    var attempts: ClientAuthentication.Attempts
    var proxyAttempts = ClientAuthentication.Attempts()
    let deadline: NIODeadline?
    let recorder: MetricsRecorder?
    /// The function that sends each attempt through middleware; nil without any.
    private let sendAttempt: HTTPClient.Sender?
    private var isRepetition = false
    /// Whether the server demands HTTP/1.1 for this request.
    private var needsHTTP1 = false

    init(_ draft: RequestDraft, core: ClientCore, sendAttempt: HTTPClient.Sender? = nil) {
        self.core = core
        self.sendAttempt = sendAttempt
        self.draft = draft
        self.attempts = ClientAuthentication.Attempts(for: draft.url)
        self.deadline = draft.deadline ?? core.configuration.totalTimeout.map { core.time.now + TimeAmount($0) }
        self.recorder = core.configuration.onMetrics.map {
            MetricsRecorder(method: draft.method, url: draft.url.absoluteTarget, time: core.time, report: $0)
        }
    }

    private var configuration: HTTPClient.Configuration { core.configuration }

    /// Runs the request to its final response.
    mutating func run() async throws -> HTTPClientResponse {
        do {
            while true {
                if isRepetition { recorder?.repeats() }
                isRepetition = true
                let response = try await attempt()
                if try await authenticates(after: response) { continue }
                if try await redirects(after: response) { continue }
                recorder?.isFinal(response.status)
                return response
            }
        } catch {
            recorder?.failed(error)
            throw error
        }
    }

    // MARK: One response

    /// Gets a response to the current draft, over the first route that can be connected.
    private mutating func attempt() async throws -> HTTPClientResponse {
        if let transport = HTTPOverrides.transport {
            var exchange: ClientExchange?
            return try await send(.transport(transport), &exchange)
        }
        if core.connectsStraight { return try await attempt(over: .direct) }
        let routes = try await findRoutes()
        for route in routes.dropLast() {
            do {
                return try await attempt(over: route)
            } catch let error as HTTPClientError where error.isConnectFailure {
                configuration.logger.debug("Another proxy is tried: \(error)")
                recorder?.repeats()
            }
        }
        return try await attempt(over: routes.last ?? .direct)
    }

    /// The ways to try, in order.
    private func findRoutes() async throws -> [ClientRoute] {
        let (core, url, tunnels) = (core, draft.url, draft.needsTunnel)
        guard configuration.findProxy != nil else { return try await core.routes(for: url, tunnels: tunnels) }
        return try await TimeLimit.run(within: timeLimit) { try await core.routes(for: url, tunnels: tunnels) }
    }

    /// How long the configuration's functions may take, so that the request ends in time.
    var timeLimit: TimeLimit? {
        guard let deadline, let timeout = configuration.totalTimeout else { return nil }
        return TimeLimit(
            deadline: deadline,
            error: .timedOut(.total, host: draft.url.host, port: draft.url.effectivePort, after: timeout),
            clock: core.nextLoop().clock
        )
    }

    /// Gets a response over one route, retrying on another connection when one is lost.
    private mutating func attempt(over route: ClientRoute) async throws -> HTTPClientResponse {
        var retries = 0
        while true {
            var exchange: ClientExchange?
            do {
                let response = try await send(.route(route, avoidsIdle: retries > 0), &exchange)
                if route.usesAbsoluteForm, response.status == .proxyAuthenticationRequired,
                    try await authenticatesProxy(response.headers, route)
                {
                    recorder?.repeats()
                    continue
                }
                return response
            } catch let refusal as ProxyRefusal {
                guard refusal.status == .proxyAuthenticationRequired,
                    try await authenticatesProxy(refusal.fields, route)
                else {
                    throw HTTPClientError.proxyTunnelRefused(refusal.status)
                }
            } catch HTTPClientError.http2(.streamReset(.http11Required)) where !needsHTTP1 && draft.isRepeatable {
                needsHTTP1 = true
            } catch HTTPClientError.http2(.goAway(.http11Required, _)) where !needsHTTP1 && draft.isRepeatable {
                needsHTTP1 = true
            } catch {
                guard let exchange, mayRetry(exchange, after: error, retries: retries) else { throw error }
                if !exchange.progress.wasRefusedAmidProgress { retries += 1 }
            }
            recorder?.repeats()
        }
    }

    /// Sends the draft once, through middleware if there is any.
    ///
    /// - Parameter exchange: Becomes the exchange that was begun, if one was.
    private mutating func send(
        _ way: ClientAttempt.Way,
        _ exchange: inout ClientExchange?
    ) async throws -> HTTPClientResponse {
        guard let sendAttempt else { return try await perform(way, answering: draft, &exchange) }
        let attempt = ClientAttempt(self, way)
        defer { (self, exchange) = attempt.outcome }
        return try await sendAttempt(PreparedRequest(draft, core: core, attempt: attempt))
    }

    /// Sends the draft once.
    ///
    /// - Parameter original: The draft that is answered: this one as it was before middleware.
    mutating func perform(
        _ way: ClientAttempt.Way,
        answering original: RequestDraft,
        _ exchange: inout ClientExchange?
    ) async throws -> HTTPClientResponse {
        switch way {
        case .transport(let transport):
            return try await answer(by: transport, to: original)
        case .route(let route, let avoidsIdle):
            let begun = try makeExchange(route, avoidsIdle: avoidsIdle)
            exchange = begun
            core.submit(begun)
            startSending(begun)
            let incoming = try await begun.response()
            core.note(incoming.head.fields, from: draft.url, route)
            return try HTTPClientResponse(incoming, to: original, after: redirects, core: core)
        }
    }

    /// Whether the request can be sent again after `error`: the server has not seen it, or seeing it twice does no
    /// harm (RFC 9110 section 9.2.2; RFC 9112 section 9.3.1).
    private func mayRetry(_ exchange: ClientExchange, after error: any Error, retries: Int) -> Bool {
        let progress = exchange.progress
        switch error {
        case HTTPClientError.connectionClosed: break
        case HTTPClientError.http2 where !progress.hasBegun: break
        default: return false
        }
        return RetryPolicy(limit: configuration.maximumRetries).allowsRetry(
            of: draft.method,
            after: progress.hasAnswer ? .responseStarted : progress.hasBegun ? .sent : .nothingSent,
            isReusedConnection: progress.isConnectionReused,
            canRepeatContent: draft.isRepeatable,
            attempt: retries + 1
        )
    }

    // MARK: The request

    mutating func makeExchange(_ route: ClientRoute, avoidsIdle: Bool = false) throws -> ClientExchange {
        var content = ClientExchange.Content.none
        var framing = OutgoingRequest.Framing.none
        if let stream = draft.stream {
            content = .stream(stream)
            framing = draft.contentLength.map { .contentLength($0) } ?? .chunked
        } else if let body = draft.body {
            framing = body.length.map { .contentLength($0) } ?? .chunked
            content =
                switch body.source {
                case .whole(let content): .whole(content)
                case .stream: .stream(OutgoingBody())
                }
        }
        var request = OutgoingRequest(
            method: draft.method,
            target: route.usesAbsoluteForm ? draft.url.absoluteTarget : draft.url.requestTarget,
            host: draft.url.authority,
            renderedFields: core.renderedHeaders,
            fields: try fields(route),
            framing: framing,
            isPersistent: draft.isPersistent
        )
        if let fields = request.fields {
            request.expectsContinue = framing != .none && fields.contains(token: "100-continue", in: .expect)
            if fields.connectionTokens.contains(.close) { request.isPersistent = false }
        }
        return ClientExchange(
            key: PoolKey(
                isSecure: draft.url.origin.isSecure,
                host: draft.url.host,
                port: draft.url.effectivePort,
                proxy: route.proxy,
                version: version(request, route)
            ),
            request: request,
            content: content,
            avoidsIdle: avoidsIdle,
            deadline: deadline,
            onInformational: draft.onInformational,
            recorder: recorder
        )
    }

    /// The version of HTTP for a request.
    private func version(_ request: OutgoingRequest, _ route: ClientRoute) -> PoolKey.Version {
        // A request that takes the socket over needs its own, and a proxy that forwards speaks HTTP/1.
        if needsHTTP1 || draft.needsHTTP1 || route.usesAbsoluteForm { return .http1 }
        if request.method == .connect || request.fields?[.upgrade] != nil { return .http1 }
        switch configuration.http2.use {
        case .never: return .http1
        case .automatic: return draft.url.origin.isSecure ? .negotiated : .http1
        case .always: return .http2
        }
    }

    /// The request's fields; nil when they are just the client's default fields.
    private mutating func fields(_ route: ClientRoute) throws -> HTTPFields? {
        var fields = draft.headers
        if let type = draft.body?.contentType, fields?[.contentType] == nil {
            fields = fields ?? core.defaultHeaders
            fields?[.contentType] = type
        }
        // A range must be one of the plain content: a part of compressed content can't be decompressed.
        if let own = core.ownAcceptEncoding, fields?[.range] != nil, fields?[.acceptEncoding] == own {
            fields?[.acceptEncoding] = "identity"
        }
        // A tunnel leads to the server, which must not see the proxy's credentials.
        if let proxy = route.proxy, proxy.isTunnel { fields?[.proxyAuthorization] = nil }
        let cookies = core.cookies(for: draft.url) + draft.cookies
        if !cookies.isEmpty {
            fields = fields ?? core.defaultHeaders
            let present = fields?[.cookie].map { [$0] } ?? []
            fields?[.cookie] = (present + cookies.map(\.description)).joined(separator: "; ")
        }
        if let value = try authorization(fields) {
            fields = fields ?? core.defaultHeaders
            fields?[.authorization] = value
        }
        if let value = try proxyAuthorization(route, fields) {
            fields = fields ?? core.defaultHeaders
            fields?[.proxyAuthorization] = value
        }
        return fields
    }

    /// Starts the task that writes streamed content.
    func startSending(_ exchange: ClientExchange) {
        guard case .stream(let outgoing) = exchange.content, case .stream(let write) = draft.body?.source else {
            return
        }
        let task = Task {
            do {
                try await write(outgoing)
                outgoing.finish()
            } catch {
                // The server has answered already, so the writer was cancelled or stopped.
                if !Task.isCancelled, !(error is OutgoingBody.Stopped) { exchange.fail(error) }
            }
        }
        exchange.keep(task)
    }
}

extension HTTPClientError {
    /// Whether no connection could be made, so that another route can be tried.
    var isConnectFailure: Bool {
        switch self {
        case .unknownHost, .couldNotConnect, .timedOut(.connection, _, _, _): true
        default: false
        }
    }
}
