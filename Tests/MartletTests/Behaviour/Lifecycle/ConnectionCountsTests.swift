import Martlet
import NIOCore
import Testing

@Suite("connectionCounts")
struct ConnectionCountsTests {
    @Test("counts connections in each state")
    func states() async throws {
        let arrived = Events<Void>()
        let release = Events<Void>()
        try await withServer { request in
            if request.target == "/wait" {
                arrived.add()
                try await release.next()
            } else if request.target == "/large" {
                try await request.response.end(ByteBuffer(repeating: 0x61, count: 10_000_000))
            }
        } test: { server in
            #expect(server.connectionCounts == ConnectionCounts())

            let silent = try await server.connect()
            try await Self.expect(server, idle: 1)

            let used = try await server.connect()
            used.send(get())
            _ = try await used.response()
            try await Self.expect(server, idle: 2)

            used.send(get("/wait"))
            try await arrived.next()
            try await Self.expect(server, active: 1, idle: 1)

            let insideHead = try await server.connect()
            insideHead.send("GET /")
            try await Self.expect(server, active: 2, idle: 1)

            let closing = try await server.connect()
            try await closing.pauseReading()
            closing.send(get("/large", "Connection: close"))
            // The last response is on its way.
            try await Self.expect(server, active: 2, idle: 1, closing: 1)

            try await closing.resumeReading()
            _ = try await closing.countFixedContent()
            try await Self.expect(server, active: 2, idle: 1)
            release.add()
            _ = try await used.response()
            try await Self.expect(server, active: 1, idle: 2)
            for client in [silent, used, insideHead] { await client.close() }
            try await Self.expect(server)
        }
    }

    @Test("counts a connection whose content is being read as active")
    func insideContent() async throws {
        try await withServer { request in
            _ = try await request.collect()
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1")
            try await Self.expect(server, active: 1)
            client.send("2")
            _ = try await client.response()
            try await Self.expect(server, idle: 1)
        }
    }

    private static func expect(
        _ server: HTTPServer,
        active: Int = 0,
        idle: Int = 0,
        closing: Int = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually("\(server.connectionCounts)", sourceLocation: sourceLocation) {
            let info = server.connectionCounts
            return info.active == active && info.idle == idle && info.closing == closing
                && info.total == active + idle + closing
        }
    }
}
