import Logging
import Martlet

/// The chat over HTTP: the page, the room behind `/ws`, and the history.
struct ChatServer: RequestHandler {
    /// After how long a silence a client is asked whether it is still there. One that is not is gone after twice that.
    private static let pingInterval = Duration.seconds(20)
    /// The longest message that is looked at. Texts that are somewhat too long are answered with an error; what is
    /// longer than this ends the connection with 1009.
    private static let maximumMessageBytes = 262_144

    let room: ChatRoom
    var origins = AllowedOrigins.same
    /// How long a client may take nothing of what waits for it.
    var sendTimeout = Duration.seconds(30)

    /// Answers requests until the server is closed; then stores what has been said.
    func run(on server: HTTPServer) async throws {
        // Not cancelled with this task: what has been said is to be stored.
        let work = Task { await room.run() }
        let logging = Task { await room.log.run() }
        var failure: (any Error)?
        do {
            try await server.serve(self)
        } catch {
            failure = error
        }
        room.finish()
        await work.value
        logging.cancel()
        await logging.value
        await room.log.close()
        if let failure { throw failure }
    }

    func handle(_ request: HTTPServerRequest) async throws {
        if request.url.path == "/ws" { return try await converse(request) }
        guard request.method == .get || request.method == .head else {
            throw HTTPError(
                refusing: request.method,
                allowed: [.get, .head],
                "Unsupported request: \(request.method)."
            )
        }
        switch request.url.path {
        case "/history":
            try await HistoryAnswer(log: room.log).handle(request)
        case "/status":
            request.response.headers[.cacheControl] = "no-store"
            try await request.response.end(
                json: ChatStatus(people: room.memberCount, messages: room.lastSequence, log: room.log.status)
            )
        case let path:
            guard let asset = PageAsset.all[path] else {
                throw HTTPError(.notFound, "There is no \(path) here. The chat is at /.")
            }
            try await asset.handle(request)
        }
    }

    /// Speaks with a client over a WebSocket, until one of the two has enough.
    private func converse(_ request: HTTPServerRequest) async throws {
        var timeouts = WebSocket.Timeouts()
        timeouts.send = sendTimeout
        // Uncompressed: short messages gain little by it, and thousands of clients would each need a window.
        let socket = try await WebSocket.upgrade(
            request,
            compression: .off,
            maximumMessageSize: Self.maximumMessageBytes,
            allowedOrigins: origins,
            pingInterval: Self.pingInterval,
            timeouts: timeouts
        )
        await ChatConnection(socket: socket, room: room).run()
    }
}

/// How the chat is, for those who watch over it.
struct ChatStatus: Codable, Sendable, Hashable {
    /// How many have joined.
    var people: Int
    /// The place of the latest message.
    var messages: Int
    var log: ChatLogStatus
}
