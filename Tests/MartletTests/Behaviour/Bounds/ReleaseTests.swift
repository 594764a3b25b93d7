import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

/// What is over is let go of: nothing of an exchange, a stream or a WebSocket stays once both sides are done with it.
@Suite("Release of what is over", .timeLimit(.minutes(5)))
struct ReleaseTests {
    /// How a WebSocket ends.
    enum End: CaseIterable {
        case closedByPeer
        case closedByHandler
        case failedHandler
        case brokenRule
        case reset
        case lost
    }

    /// Objects, each held by others only.
    private final class Watched: Sendable {
        private struct Weak {
            let name: String
            weak var object: AnyObject?
        }

        private let objects = Mutex<[Weak]>([])

        func add(_ object: any AnyObject & Sendable) {
            objects.withLock { $0.append(Weak(name: "\(type(of: object))", object: object)) }
        }

        /// The types of those that are still there.
        var names: [String] { objects.withLock { $0.compactMap { $0.object == nil ? nil : $0.name } } }
        var count: Int { objects.withLock { $0.count } }
    }

    private struct HandlerFailure: Error {}

    /// Serves WebSockets that end as `end` says, and watches what belongs to each.
    private static func handler(_ end: End, _ watched: Watched, _ opened: Events<Void>) -> HTTPServer.Handler {
        { request in
            guard WebSocket.isUpgradeRequest(request) else { return try await request.response.end("fine") }
            watched.add(request.response.exchange)
            let socket = try await WebSocket.upgrade(request)
            watched.add(socket.connection)
            watched.add(socket.connection.connection)
            opened.add()
            switch end {
            case .closedByHandler: await socket.close()
            case .failedHandler: throw HandlerFailure()
            default: for try await _ in socket {}
            }
        }
    }

    @Test("M5: a WebSocket over HTTP/2", arguments: End.allCases)
    func webSocketOverHTTP2(_ end: End) async throws {
        let (watched, opened) = (Watched(), Events<Void>())
        try await withServer(.priorKnowledge, Self.handler(end, watched, opened)) { server in
            let client = try await server.beginHTTP2()
            client.send(
                .headers(
                    1,
                    [(":protocol", "websocket")] + Frame.pseudo("CONNECT", "/")
                        + [("sec-websocket-version", "13"), ("sec-websocket-extensions", "permessage-deflate")],
                    end: false
                )
            )
            try await opened.next()
            #expect(watched.count == 3)
            // A message, so that the inflater has its memory: "a", compressed.
            client.send(Frame(.data, stream: 1, [0xC1, 0x83, 0, 0, 0, 0, 0x4A, 0x04, 0x00]))
            let goodbye = Frame(.data, Frame.endStream, stream: 1, [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])
            switch end {
            case .closedByPeer: client.send(goodbye)
            case .closedByHandler, .failedHandler:
                _ = try await client.next(.data, stream: 1)
                client.send(goodbye)
            case .brokenRule: client.send(Frame(.data, Frame.endStream, stream: 1, [0xFF]))
            case .reset: client.send(.reset(1))
            case .lost: try await client.raw.reset()
            }
            try await eventually("\(watched.names) are still there") { watched.names.isEmpty }
            guard end != .lost else { return }
            // The connection goes on.
            client.send(.request(3))
            #expect(try await client.reply(3).text == "fine")
        }
    }

    @Test("M5: a WebSocket over HTTP/1.1", arguments: End.allCases)
    func webSocketOverHTTP1(_ end: End) async throws {
        let (watched, opened) = (Watched(), Events<Void>())
        try await withServer(.bare, Self.handler(end, watched, opened)) { server in
            let client = try await RawWebSocket(server)
            try await opened.next()
            #expect(watched.count == 3)
            let goodbye: [UInt8] = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8]
            switch end {
            case .closedByPeer: client.send(goodbye)
            case .closedByHandler, .failedHandler:
                _ = try await client.frame()
                client.send(goodbye)
            case .brokenRule:
                client.send([0xFF])
                _ = try await client.frame()
                await client.raw.close()
            case .reset, .lost: try await client.raw.reset()
            }
            try await eventually("\(watched.names) are still there") { watched.names.isEmpty }
        }
    }

    @Test("M5: a stream that was detached, whether it is read or not", arguments: [false, true])
    func detachedStream(isRead: Bool) async throws {
        let (watched, opened) = (Watched(), Events<Void>())
        try await withServer(.priorKnowledge) { request in
            watched.add(request.response.exchange)
            let socket = try await request.response.detachSocket()
            watched.add(socket.connection)
            opened.add()
            if isRead { for try await _ in socket.inbound {} }
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.headers(1, [(":protocol", "other")] + Frame.pseudo("CONNECT", "/"), end: false))
            try await opened.next()
            client.send(.data(1, "abc", end: false), .reset(1))
            try await eventually("\(watched.names) are still there") { watched.names.isEmpty }
            #expect(watched.count == 2)
        }
    }

    @Test("M5: an upgrade that is refused, and requests that end in every way", arguments: [true, false])
    func requests(overHTTP2: Bool) async throws {
        let watched = Watched()
        try await withServer(.priorKnowledge) { request in
            watched.add(request.response.exchange)
            if let body = request.response.exchange.body { watched.add(body) }
            watched.add(request.response.exchange.connection)
            switch request.target {
            case "/upgrade": _ = try await WebSocket.upgrade(request, allowedOrigins: .same)
            case "/fails": throw HandlerFailure()
            case "/deadline": request.response.deadline = .seconds(3_600)
            case "/reads": _ = try await request.collect()
            case "/waits": try await untilCancelled()
            default: break
            }
        } test: { server in
            if overHTTP2 {
                let client = try await server.beginHTTP2()
                for (number, path) in ["/", "/upgrade", "/fails", "/deadline", "/reads"].enumerated() {
                    let stream = UInt32(number * 2 + 1)
                    client.send(.request(stream, "POST", path, end: false), .data(stream, "abc"))
                    _ = try await client.reply(stream)
                }
                client.send(.request(11, "POST", "/waits", end: false), .reset(11))
                client.send(.request(13, "POST", "/waits", end: false))
                try await eventually { watched.count >= 21 }
                try await client.raw.reset()
            } else {
                for path in ["/", "/upgrade", "/fails", "/deadline", "/reads"] {
                    _ = try await server.response(
                        to: "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
                    )
                }
                let client = try await server.connect()
                client.send("POST /waits HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na")
                try await eventually { watched.count >= 18 }
                try await client.reset()
            }
            try await eventually("\(watched.names) are still there") { watched.names.isEmpty }
        }
    }

    @Test("M5: a client's WebSocket", arguments: [End.closedByPeer, .closedByHandler, .lost])
    func clientWebSocket(_ end: End) async throws {
        let (watched, opened) = (Watched(), Events<Void>())
        try await withServer(.bare) { request in
            let socket = try await WebSocket.upgrade(request)
            try await opened.next()
            switch end {
            case .closedByPeer: await socket.close()
            case .lost: try await socket.connection.eventLoop.run { socket.connection.connection.abort() }
            default: for try await _ in socket {}
            }
        } test: { server in
            do {
                let socket = try await WebSocket.connect(server.webSocketURL)
                watched.add(socket.connection)
                watched.add(socket.connection.connection)
                opened.add()
                if end == .closedByHandler { await socket.close() }
                while try await socket.receive() != nil {}
            }
            #expect(watched.count == 2)
            try await eventually("\(watched.names) are still there") { watched.names.isEmpty }
        }
    }
}
