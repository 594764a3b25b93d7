import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// One request and its response: the state of a handler's `HTTPServerRequest` and `HTTPServerResponse`.
///
/// The handler's choices for its response are kept here under a lock, so that they can be made from any thread; what it
/// writes goes to the connection, on the connection's event loop.
final class ServerExchange: Sendable {
    let connection: any ExchangeConnection
    let loop: ServerLoop
    let head: RequestHead
    /// The content, or nil when the request has none.
    let body: BodyStream?
    let settings: ServerSettings
    /// Why the server refuses the request; nil for those that it accepts.
    let refusal: Refusal?

    /// Why a server refuses a request. An object, so that exchanges without one, nearly all of them, need little room.
    final class Refusal: Sendable {
        let error: HTTPError

        init(_ error: HTTPError) {
            self.error = error
        }
    }

    private let draft: Mutex<ResponseDraft>
    private let derived = Mutex(Derived())

    /// Values derived from the request when they are first needed.
    private struct Derived {
        var headers: HTTPFields?
        /// The content without its content coding; nil if it is read as it arrives.
        var decodedBody: DecodedBody?
        var session: HTTPSession?
        var deadline: Scheduled<Void>?
        var isGivenUp = false
        var isOverdue = false
        var isEndless = false
        /// The result of a router's search.
        var route: MatchedRoute?
        /// How much content gets an entity tag by itself.
        var entityTagLimit: Int?
        /// The values that middleware and handlers attach to the request, by key.
        var values: [ObjectIdentifier: any Sendable]?
    }

    init(
        connection: any ExchangeConnection,
        head: RequestHead,
        body: BodyStream?,
        settings: ServerSettings,
        refusal: HTTPError? = nil
    ) {
        self.connection = connection
        self.loop = connection.loop
        self.head = head
        self.body = body
        self.settings = settings
        self.refusal = refusal.map(Refusal.init)
        self.draft = Mutex(ResponseDraft(isPersistent: head.isPersistent))
    }

    var eventLoop: any EventLoop { loop.eventLoop }

    var executor: EventLoopExecutor { loop.executor }

    // MARK: The request

    var headers: HTTPFields {
        derived.withLock { derived in
            if let headers = derived.headers { return headers }
            let headers = head.fields.makeHTTPFields()
            derived.headers = headers
            return headers
        }
    }

    /// The content without its content coding, once middleware has undone it.
    var decodedBody: DecodedBody? { derived.withLock { $0.decodedBody } }

    /// From now on readers get this content, and these fields.
    func replaceContent(with body: DecodedBody, _ fields: HTTPFields) {
        derived.withLock { derived in
            derived.decodedBody = body
            derived.headers = fields
        }
    }

    /// Whether the client offers to switch to another protocol (RFC 9110 section 7.8).
    var asksForUpgrade: Bool { head.version == .http1_1 && headers[.upgrade] != nil }

    /// The session, if the handler has accessed it.
    var presentSession: HTTPSession? { derived.withLock { $0.session } }

    func keepSession(_ session: HTTPSession) -> HTTPSession {
        derived.withLock { derived in
            // Two tasks of one handler may ask at the same time; both must get the same session.
            if let present = derived.session, !present.isDestroyed { return present }
            derived.session = session
            return session
        }
    }

    /// The route that a router has chosen.
    var route: MatchedRoute? {
        get { derived.withLock { $0.route } }
        set { derived.withLock { $0.route = newValue } }
    }

    /// Up to how many bytes content that is sent whole gets an entity tag by itself; nil for none.
    var entityTagLimit: Int? {
        get { derived.withLock { $0.entityTagLimit } }
        set { derived.withLock { $0.entityTagLimit = newValue } }
    }

    /// Whether nothing has to be done before the response can end: no session to store, no entity tag to make.
    var endsAtOnce: Bool { derived.withLock { $0.session == nil && $0.entityTagLimit == nil } }

    /// A value that is attached to the request.
    func value<Key: RequestStorageKey>(_ key: Key.Type) -> Key.Value? {
        derived.withLock { $0.values?[ObjectIdentifier(key)] } as? Key.Value
    }

    /// Attaches a value to the request, or removes it.
    func setValue<Key: RequestStorageKey>(_ value: Key.Value?, _ key: Key.Type) {
        // The old one is released after the lock: its end may run code that comes back here.
        let old = derived.withLock { derived in
            let old = derived.values?.removeValue(forKey: ObjectIdentifier(key))
            guard let value else { return old }
            if derived.values == nil { derived.values = [:] }
            derived.values?[ObjectIdentifier(key)] = value
            return old
        }
        withExtendedLifetime(old) {}
    }

    // MARK: The response, as it is being prepared

    /// Reads from the draft.
    func read<Value>(_ body: (borrowing ResponseDraft) -> Value) -> Value {
        draft.withLock { body($0) }
    }

    /// Changes the draft; once the head has been sent the change is dropped, and the next write reports it.
    func change(_ body: (inout ResponseDraft) -> Void) {
        draft.withLock { draft in
            if draft.isHeadSent {
                draft.wasChangedTooLate = true
            } else {
                body(&draft)
            }
        }
    }

    /// Takes the fields out of the draft; the caller puts them back with ``change(_:)``.
    func takeHeaders() -> HTTPFields {
        draft.withLock { draft in
            guard !draft.isHeadSent else { return draft.headers ?? settings.defaultHeaders }
            return draft.headers.take() ?? settings.defaultHeaders
        }
    }

    /// Changes what can still be set while the content is being sent: the trailers and the deadline.
    func changeAnytime(_ body: (inout ResponseDraft) -> Void) {
        draft.withLock { draft in
            body(&draft)
        }
    }

    /// Gives the connection access to the draft, to write it.
    func withDraft<Value>(
        _ body: (inout ResponseDraft) throws(HTTPServerError) -> Value
    ) throws(HTTPServerError) -> Value {
        try draft.withLock { (draft) throws(HTTPServerError) in try body(&draft) }
    }

    /// Cancels the previous deadline, and sets another one or none.
    private func replaceDeadline(with deadline: Scheduled<Void>?) {
        let old = derived.withLock { derived in
            defer { derived.deadline = deadline }
            return derived.deadline
        }
        old?.cancel()
    }

    // MARK: The handler

    /// Runs `handler`, and ends the response if it did not do so.
    func run(_ handler: HTTPServer.Handler) async {
        var failure: (any Error)?
        do {
            try await handler(HTTPServerRequest(self))
        } catch {
            failure = error
        }
        if presentSession != nil { failure = await settleSession(after: failure) }
        finish(error: failure)
    }

    /// Stores what the handler has changed in its session.
    ///
    /// - Returns: The handler's error, or else the one of that.
    func settleSession(after failure: (any Error)?) async -> (any Error)? {
        do {
            try await settleSession()
            return failure
        } catch {
            return failure ?? error
        }
    }

    /// Takes the request away from a handler whose time is up. False when that was done before.
    func giveUp() -> Bool {
        derived.withLock { derived in
            defer { derived.isGivenUp = true }
            return !derived.isGivenUp
        }
    }

    /// Whether the handler can no longer end the response.
    var isGivenUp: Bool { derived.withLock { $0.isGivenUp } }

    /// Whether the handler was cancelled because the time that middleware gives it was up.
    var isOverdue: Bool {
        get { derived.withLock { $0.isOverdue } }
        set { derived.withLock { $0.isOverdue = newValue } }
    }

    /// Whether the response has no end of its own, so that no time limit of handlers applies.
    var isEndless: Bool {
        get { derived.withLock { $0.isEndless } }
        set { derived.withLock { $0.isEndless = newValue } }
    }

    /// The handler has returned, or has thrown the error.
    func finish(error: (any Error)?) {
        if executor.isCurrent {
            executor.turn { connection.handlerReturned(self, error: error) }
        } else {
            eventLoop.execute { self.connection.handlerReturned(self, error: error) }
        }
    }
}

extension ServerExchange {
    /// Replaces the handler's response with `answer`, and keeps only the fields that apply to any response, such as its
    /// cookies.
    ///
    /// - Parameter keepsFields: Whether any field is kept.
    func replaceDraft(with answer: HTTPError, closes: Bool, keepsFields: Bool = true) {
        change { draft in
            let old = draft
            draft = ResponseDraft(isPersistent: old.isPersistent && !closes)
            draft.status = answer.status
            let kept = keepsFields ? old.fieldsOfAnyResponse : []
            if keepsFields { draft.cookies = old.cookies }
            guard !kept.isEmpty || !answer.headers.isEmpty else { return }
            var headers = settings.defaultHeaders
            for field in kept where field.name != .setCookie { headers[field.name] = nil }
            headers.append(contentsOf: kept)
            for field in answer.headers where field.name != .setCookie { headers[field.name] = nil }
            headers.append(contentsOf: answer.headers)
            draft.headers = headers
        }
    }

    /// Sets, replaces or clears the time after which the connection is torn down.
    func setDeadline(_ deadline: Duration?) {
        changeAnytime { $0.deadline = deadline }
        let scheduled = deadline.map { deadline in
            loop.clock.schedule(in: TimeAmount(deadline)) { [weak self] in
                guard let self else { return }
                self.connection.deadlinePassed(self)
            }
        }
        replaceDeadline(with: scheduled)
    }
}

extension ResponseDraft {
    /// The fields that do not describe the handler's own response, and so are sent with the answer to its error too:
    /// cookies, the permission to read the response (CORS), what it depends on, what applies to the whole server, the
    /// request's id, and how many more are allowed.
    fileprivate var fieldsOfAnyResponse: [HTTPField] {
        headers?.filter { field in
            switch field.name {
            case .setCookie, .vary, .strictTransportSecurity, .xRequestID, .rateLimit, .rateLimitPolicy: true
            default: field.name.canonicalName.hasPrefix("access-control-")
            }
        } ?? []
    }
}

extension ServerExchange {
    /// Decides whether the content is compressed, and sets the headers accordingly.
    ///
    /// - Parameter wholeLength: How many bytes the content has, if that is known.
    /// - Returns: The coding to apply; nil to send the content as it is.
    func chooseCoding(_ draft: inout ResponseDraft, wholeLength: Int?) -> ContentCoding? {
        guard settings.configuration.autoCompress, draft.buffersOutput else { return nil }
        guard draft.status.allowsContent, draft.status.code != 206 else { return nil }
        // A response to HEAD may announce the length of content that the handler does not write.
        let isContentLeftOut = head.method == .head && wholeLength == 0
        let length = (isContentLeftOut ? nil : wholeLength) ?? draft.announcedLength ?? wholeLength
        if let length, length < settings.configuration.minimumCompressedBytes { return nil }
        var fields = draft.headers ?? settings.defaultHeaders
        guard
            fields[.contentEncoding] == nil, fields[.contentRange] == nil,
            fields.contentType?.isCompressible == true,
            !fields.contains(token: "no-transform", in: .cacheControl)
        else { return nil }
        // Any choice may differ for another client (RFC 9110 section 12.5.5).
        if !fields.contains(token: "accept-encoding", in: .vary), !fields.contains(token: "*", in: .vary) {
            fields.append(HTTPField(name: .vary, value: "accept-encoding"))
        }
        defer { draft.headers = fields }
        let accepted = QualityList(headers[.acceptEncoding] ?? "identity")
        guard let coding = accepted.preferredContentCoding(among: ContentCoding.supported), coding != .identity
        else { return nil }
        fields[.contentEncoding] = coding.description
        fields[.contentLength] = nil
        if let tag = fields[.eTag], !tag.hasPrefix("W/") {
            // The bytes are no longer those of the tag, but they mean the same (RFC 9110 section 8.8.1).
            fields[.eTag] = "W/\(tag)"
        }
        return coding
    }
}

/// Ends the exchange of a request that was taken from the server's sequence and then dropped unanswered.
final class ExchangeGuardian: Sendable {
    private let exchange: ServerExchange

    init(_ exchange: ServerExchange) {
        self.exchange = exchange
    }

    deinit {
        let exchange = exchange
        guard exchange.presentSession != nil else {
            return exchange.eventLoop.execute { exchange.connection.requestWasDropped(exchange) }
        }
        Task {
            try? await exchange.settleSession()
            exchange.eventLoop.execute { exchange.connection.requestWasDropped(exchange) }
        }
    }
}
