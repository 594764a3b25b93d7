// swift-format-ignore-file
// The comments of samples are in columns.

import HTTPTypes
import HTTPWire
import Martlet
import MartletTesting
import MartletWeb
import NIOCore
import Testing

struct BuildTable: Sendable {
    func steps(of build: Int) -> AsyncThrowingStream<String, any Error> {
        AsyncThrowingStream { steps in
            steps.yield("fetched \(build)")
            steps.yield("built \(build)")
            steps.finish()
        }
    }
}

@Suite("The samples of docs/websockets.md", .timeLimit(.minutes(5)))
struct WebSocketSamples {
    // A port that others may use.
    func connect() async throws {
        let socket = try await WebSocket.connect("ws://127.0.0.1:4040/ws")
        try await socket.send("Hello")
        if case .text(let text)? = try await socket.receive() { print(text) }
        await socket.close()
    }

    @Test func echoes() async throws {
        try await serving { server in
            try await server.serve { request in
                let socket = try await WebSocket.upgrade(request)      // refuses other requests itself
                for try await message in socket {                      // .text(String), .binary(ByteBuffer)
                    try await socket.send(message)
                }
            }
        } _: { client, url in
            let socket = try await WebSocket.connect(url.replacing("http:", with: "ws:"))
            try await socket.send("Hello")
            #expect(try await socket.receive() == .text("Hello"))
            await socket.close()
        }
    }

    @Test func feed() async throws {
        let note = Note(title: "Buy milk")
        var router = Router()
        let feed = EventFeed(replay: 1_000)
        router.get("/events", feed)                                                 // new EventSource("/events")
        let before = feed.lastID
        feed.publish(try ServerSentEvent(json: note, name: "note"))                 // from anywhere, waits for nobody
        feed.finish()
        let answer = try await TestServer(router).get("/events", headers: [.lastEventID: before])
        #expect(answer.text.contains("event: note\ndata: {\"title\":\"Buy milk\"}\n"))
    }

    @Test func sends() async throws {
        let builds = BuildTable()
        var router = Router()
        router.get("/builds/{id}", Int.self) { request, id in
            try await request.sendEvents { events in
                for try await step in builds.steps(of: id) { try await events.send(json: step, name: "step") }
            }
        }
        let answer = try await TestServer(router).get("/builds/3")
        #expect(answer.text.contains("event: step\ndata: \"fetched 3\"\n"))
    }
}
