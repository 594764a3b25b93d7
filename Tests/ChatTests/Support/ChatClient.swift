import Foundation
import Martlet
import MartletTesting
import TestProcesses
import Testing

@testable import chat

/// A client of a chat, over a real connection.
final class ChatClient: Sendable {
    let socket: WebSocket
    /// How long a test waits for a message.
    private static let patience = Duration.seconds(20)

    init(_ socket: WebSocket) {
        self.socket = socket
    }

    init(_ url: String, headers: HTTPFields = [:]) async throws {
        socket = try await WebSocket.connect(url, headers: headers, compression: .off)
    }

    func send(_ json: String) async throws {
        try await socket.send(json)
    }

    /// Joins, and reads up to the history.
    @discardableResult
    func join(_ name: String, key: String? = nil, after: Int? = nil) async throws -> Heard {
        let key = key.map { #","key":"\#($0)""# } ?? ""
        let after = after.map { #","after":\#($0)"# } ?? ""
        try await send(#"{"type":"join","name":"\#(name)"\#(key)\#(after)}"#)
        return try await next("history")
    }

    /// Says something, under an id.
    func say(_ text: String, id: MessageID = MessageID()) async throws {
        let text = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        try await send(#"{"type":"say","id":"\#(id)","text":\#(text)}"#)
    }

    /// The next message of a type; those of others are passed over.
    func next(_ type: String) async throws -> Heard {
        try await next(oneOf: [type])
    }

    /// The next message of one of several types.
    func next(oneOf types: Set<String>) async throws -> Heard {
        let (socket, type) = (socket, types.sorted().joined(separator: " or "))
        return try await withThrowingTaskGroup(of: Heard.self) { group in
            group.addTask {
                while case .text(let json)? = try await socket.receive() {
                    let heard = try JSONDecoder().decode(Heard.self, from: Data(json.utf8))
                    if types.contains(heard.type) { return heard }
                }
                throw ConnectionEnded(code: socket.closeCode)
            }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw NothingHeard(type: type)
            }
            defer { group.cancelAll() }
            guard let heard = try await group.next() else { throw NothingHeard(type: type) }
            return heard
        }
    }

    /// The texts of the next messages.
    func texts(_ count: Int) async throws -> [String] {
        var texts: [String] = []
        for _ in 0..<count { texts.append(try await next("message").text ?? "") }
        return texts
    }

    /// Reads until the connection is closed, and tells why it is.
    func end() async throws -> WebSocketClose {
        while try await socket.receive() != nil {}
        return WebSocketClose(socket.closeCode, reason: socket.closeReason ?? "")
    }
}

/// What a server says: whatever it can.
struct Heard: Decodable, Sendable {
    var type: String
    var name: String?
    var room: String?
    var people: [String]?
    var others: Int?
    var messages: [ChatMessage]?
    var resumed: Bool?
    var sequence: Int?
    var id: MessageID?
    var text: String?
    var joined: [String]?
    var left: [String]?
    var renamed: [PeopleChanges.Renaming]?
    var code: ChatProblem.Code?
    var retryAfter: Int?
}

struct NothingHeard: Error {
    let type: String
}

struct ConnectionEnded: Error {
    let code: WebSocketCloseCode?
}

/// A chat that runs.
struct RunningChat: Sendable {
    let server: HTTPServer
    let room: ChatRoom

    /// `http://127.0.0.1:` and the port.
    var url: String { "http://127.0.0.1:\(server.port)" }

    func client() async throws -> ChatClient {
        try await ChatClient("ws://127.0.0.1:\(server.port)/ws")
    }

    /// A client that has joined.
    func member(_ name: String, after: Int? = nil) async throws -> ChatClient {
        let client = try await client()
        try await client.join(name, after: after)
        return client
    }
}

/// Runs a chat on a log while `body` uses it, and closes both in good order.
func withChat(
    _ log: any ChatLog,
    broadcaster: any Broadcaster = LocalBroadcaster(),
    limits: ChatLimits = ChatLimits(),
    body: (RunningChat) async throws -> Void
) async throws {
    let room = try await ChatRoom.open("lobby", log: log, broadcaster: broadcaster, limits: limits, logger: .silent)
    var configuration = HTTPServer.Configuration()
    configuration.logger = .silent
    let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
    let running = Task { try await ChatServer(room: room).run(on: server) }
    do {
        try await body(RunningChat(server: server, room: room))
    } catch {
        await server.close(force: true)
        try? await running.value
        throw error
    }
    await server.close(force: true)
    try await running.value
}

/// Runs the handlers of a chat on a file of SQLite's, over a carrier.
func withChat(over carrier: TestServer.Carrier, body: (TestServer) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        let log = try await SQLiteLog.open(directory.appending(path: "chat.sqlite").path, room: "lobby")
        let room = try await ChatRoom.open("lobby", log: log, logger: .silent)
        let work = Task { await room.run() }
        let logging = Task { await log.run() }
        let app = TestServer(ChatServer(room: room).router, over: carrier)
        var failure: (any Error)?
        do { try await body(app) } catch { failure = error }
        await app.close()
        room.finish()
        await work.value
        logging.cancel()
        await logging.value
        await log.close()
        if let failure { throw failure }
    }
}

extension TestServer {
    /// Has a member of the chat say something, and waits until it is kept.
    func say(_ texts: [String]) async throws {
        try await webSocket("/ws") { socket in
            let member = ChatClient(socket)
            try await member.join("Ada")
            for text in texts { try await member.say(text) }
            #expect(try await member.texts(texts.count) == texts)
        }
    }
}

/// Runs a chat on a file of SQLite's.
func withChat(
    broadcaster: any Broadcaster = LocalBroadcaster(),
    limits: ChatLimits = ChatLimits(),
    body: (RunningChat) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let log = try await SQLiteLog.open(directory.appending(path: "chat.sqlite").path, room: "lobby")
        try await withChat(log, broadcaster: broadcaster, limits: limits, body: body)
    }
}
