import Logging
import Martlet
import MartletWeb

/// The chat over HTTP: the page, the room at `/ws`, and the history.
struct ChatServer {
    /// After how long a silence a client is sent a ping. A client that does not answer is disconnected after twice
    /// that.
    private static let pingInterval = Duration.seconds(20)
    /// The maximum size of a message. Texts that are somewhat too long get an error response; a message that is longer
    /// than this ends the connection with 1009.
    private static let maximumMessageBytes = 262_144

    let room: ChatRoom
    var origins = AllowedOrigins.same
    /// How long a client may fail to receive any pending bytes.
    var sendTimeout = Duration.seconds(30)

    /// Answers requests until the server is closed; then stores the remaining messages.
    func run(on server: HTTPServer) async throws {
        // Not cancelled with this task: messages that have been sent must be stored.
        let work = Task { await room.run() }
        let logging = Task { await room.log.run() }
        var failure: (any Error)?
        do {
            try await server.serve(router)
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

    var router: Router {
        var router = Router()
        for (path, asset) in PageAsset.all { router.get(path, asset) }
        router.get("/ws", to: converse)
        router.get("/history", HistoryAnswer(log: room.log))
        router.get("/status") { request in
            request.response.headers[.cacheControl] = "no-store"
            try await request.response.end(
                json: ChatStatus(people: room.memberCount, messages: room.lastSequence, log: room.log.status)
            )
        }
        return router
    }

    /// Serves a client over a WebSocket, until one of the two closes it.
    private func converse(_ request: HTTPServerRequest) async throws {
        var timeouts = WebSocket.Timeouts()
        timeouts.send = sendTimeout
        // Uncompressed: short messages gain little by compression, and thousands of clients would each need a window.
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

/// The state of the chat, for monitoring.
struct ChatStatus: Codable, Sendable, Hashable {
    /// The number of members.
    var people: Int
    /// The sequence number of the latest message.
    var messages: Int
    var log: ChatLogStatus
}
