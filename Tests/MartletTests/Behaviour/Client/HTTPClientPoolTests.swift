import CLibrary
import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

@Suite("HTTPClient: connections", .timeLimit(.minutes(5)))
struct HTTPClientPoolTests {
    /// How a server ends a connection that it has kept open.
    enum Ending: CaseIterable { case atOnce, atRequest, resetAtRequest }

    @Test("A connection that the server has closed is invisible to a GET", arguments: Ending.allCases)
    func staleConnection(_ ending: Ending) async throws {
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
            switch ending {
            case .atOnce: return
            // Not a word; the next request on this connection finds it closed.
            case .atRequest: try connection.readHead()
            case .resetAtRequest:
                try connection.readHead()
                connection.reset()
            }
        } while: { server in
            let client = makeClient()
            let url = server.url
            for number in 0..<5 {
                let text = try await within { try await client.get("\(url)/").text() }
                #expect(text == "\(number)")
            }
        }
    }

    @Test("More requests at once than a connection of HTTP/2 carries get further connections")
    func crowd() async throws {
        let arrived = Mutex(0)
        let all = Events<Void>()
        let configuration = HTTPServer.Configuration.bare.with {
            $0.http2.allowsPriorKnowledge = true
        }
        try await withServer(configuration) { request in
            let isLast = arrived.withLock { count in
                count += 1
                return count == 250
            }
            if isLast { for _ in 0..<250 { all.add() } }
            try await all.next()
            try await request.response.end("fine")
        } test: { server in
            let client = makeClient { $0.http2 = .always }
            let texts = try await within {
                try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<250 { group.addTask { try await client.get(server.url).text() } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(texts == Array(repeating: "fine", count: 250))
            #expect(client.connectionCounts.total == 3)
            await client.close(force: true)
        }
    }

    @Test("However many connections the server has closed, a GET gets through")
    func staleConnections() async throws {
        let arrived = Mutex(0)
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            arrived.withLock { $0 += 1 }
            // The first four requests are answered together, so that there are four connections.
            while arrived.withLock({ $0 }) < 4 { sched_yield() }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
            // The next request on each finds it closed.
            try connection.readHead()
        } while: { server in
            let client = makeClient()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await client.get(server.url).text() } }
                try await group.waitForAll()
            }
            #expect(client.connectionCounts.idle == 4)
            let text = try await client.get(server.url).text()
            #expect(text == "4")
        }
    }

    @Test("A POST is not sent twice")
    func stalePost() async throws {
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
            try connection.readHead()
        } while: { server in
            let client = makeClient()
            _ = try await client.get("\(server.url)/").text()
            await #expect(throws: HTTPClientError.connectionClosed) {
                _ = try await client.post("\(server.url)/", body: "x")
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("Further requests wait for their turn, and are served in order")
    func limit() async throws {
        let server = try await HTTPServer.bind(.loopbackIPv4, port: 0)
        let most = Mutex((now: 0, most: 0))
        let serving = Task {
            try await server.serve { request in
                most.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                await Task.yield()
                most.withLock { $0.now -= 1 }
                try await request.response.end("x")
            }
        }
        let client = makeClient { $0.maximumConnectionsPerHost = 3 }
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<200 { group.addTask { try await client.get(server.url).text() } }
            for try await text in group { #expect(text == "x") }
        }
        #expect(client.connectionCounts.total <= 3)
        // A connection may still be on its way for a request that another one has taken.
        try await eventually { client.connectionCounts.active == 0 }
        #expect(most.withLock { $0.most } <= 3)
        await client.close()
        try await eventually { client.connectionCounts.total == 0 }
        await #expect(throws: HTTPClientError.clientClosed) { _ = try await client.get(server.url) }
        await server.shutdown()
        _ = try await serving.value
    }

    @Test("Whoever has read a response to its end finds the connection free")
    func sequence() async throws {
        try await ScriptedServer.run { connection, _ in
            while true {
                try connection.readHead()
                try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
                try connection.write("0\r\n\r\n")
            }
        } while: { server in
            let client = makeClient()
            for _ in 0..<300 {
                let text = try await client.get("\(server.url)/").text()
                #expect(text == "abc")
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("A request that waits, or is under way, can be cancelled")
    func cancellation() async throws {
        let (arrived, signal) = AsyncStream.makeStream(of: Void.self)
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            signal.yield()
            try connection.readToEnd()
        } while: { server in
            let client = makeClient { $0.maximumConnectionsPerHost = 1 }
            let url = server.url
            let first = Task { try await client.get("\(url)/") }
            for await _ in arrived { break }
            let second = Task { try await client.get("\(url)/") }
            try await eventually { client.core.pool.counts.waiting == 1 }
            second.cancel()
            await #expect(throws: CancellationError.self) { _ = try await second.value }
            #expect(client.core.pool.counts.waiting == 0)
            first.cancel()
            await #expect(throws: CancellationError.self) { _ = try await first.value }
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("A request waits for its turn no longer than poolTimeout")
    func waitLimit() async throws {
        let arrived = Events<Void>()
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            arrived.add()
            try connection.readToEnd()
        } while: { server in
            let client = makeClient {
                $0.maximumConnectionsPerHost = 1
                $0.poolTimeout = .milliseconds(50)
            }
            let url = server.url
            let first = Task { try await client.get("\(url)/") }
            // Earlier, the first one would wait for its connection.
            try await arrived.next()
            await #expect(
                throws: HTTPClientError.timedOut(.pool, host: "127.0.0.1", port: server.port, after: .milliseconds(50))
            ) { _ = try await client.get("\(url)/") }
            #expect(client.core.pool.counts.waiting == 0)
            // The first has had its turn.
            #expect(client.connectionCounts.active == 1)
            first.cancel()
            await #expect(throws: CancellationError.self) { _ = try await first.value }
        }
    }

    @Test("A connection that was detached makes room for another")
    func detachedRoom() async throws {
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            if number == 0 {
                try connection.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
                try connection.readToEnd()
            } else {
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
            }
        } while: { server in
            let client = makeClient { $0.maximumConnectionsPerHost = 1 }
            let response = try await client.get(
                "\(server.url)/",
                headers: [.connection: "Upgrade", .upgrade: "x"]
            )
            #expect(response.status == .switchingProtocols)
            let text = try await client.get("\(server.url)/").text()
            #expect(text == "abc")
            try await response.detachSocket().close()
        }
    }

    @Test("A response that is dropped unread frees its connection")
    func droppedResponse() async throws {
        try await ScriptedServer.run { connection, _ in
            while true {
                let head = try connection.readHead()
                if head.contains("/small") {
                    try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
                    try connection.write(String(repeating: "a", count: 5000))
                } else {
                    try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
                    while true { try connection.write(String(repeating: "a", count: 50_000)) }
                }
            }
        } while: { server in
            let client = makeClient()
            for _ in 0..<3 {
                _ = try await client.get("\(server.url)/small")
                try await eventually { client.connectionCounts.idle == 1 }
            }
            #expect(server.connectionCount == 1)
            _ = try await client.get("\(server.url)/big")
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("Connections that are free for too long are closed")
    func idleTimeout() async throws {
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            try connection.readToEnd()
        } while: { server in
            let client = makeClient { $0.idleTimeout = .milliseconds(40) }
            _ = try await client.get("\(server.url)/")
            try await eventually { client.connectionCounts.total == 0 }
        }
    }

    @Test("A client that goes out of scope closes its connections, after the responses have been read")
    func outOfScope() async throws {
        let closed = Atomic(0)
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n")
            try connection.write(String(repeating: "a", count: 200_000))
            try connection.readToEnd()
            closed.add(1, ordering: .relaxed)
        } while: { server in
            var client: HTTPClient? = makeClient()
            let response = try await client?.get("\(server.url)/")
            client = nil
            #expect(try await response?.text().count == 200_000)
            try await eventually { closed.load(ordering: .relaxed) == 1 }
        }
    }

    @Test("A content that is not read stops the server")
    func backPressure() async throws {
        let written = Atomic(0)
        try await ScriptedServer.run { connection, _ in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\n\r\n")
            for _ in 0..<1000 {
                try connection.write([UInt8](repeating: 0x61, count: 65_536))
                written.add(65_536, ordering: .relaxed)
            }
        } while: { server in
            let client = makeClient()
            let response = try await client.get("\(server.url)/")
            var last = -1
            while last != written.load(ordering: .relaxed) {
                last = written.load(ordering: .relaxed)
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(last < 65_536_000)
            var count = 0
            for try await bytes in response.body { count += bytes.readableBytes }
            #expect(count == 65_536_000)
        }
    }

    @Test("R17: a request whose own connection another one takes does not wait longer for its turn than allowed")
    func poolTimeout() async throws {
        let (isHeld, release) = (Events<Void>(), Events<Void>())
        let attempts = Mutex(0)
        try await ScriptedServer.run { connection, _ in
            // The first request is never answered.
            try connection.readToEnd()
        } while: { server in
            let port = server.port
            let client = makeClient {
                $0.maximumConnectionsPerHost = 2
                $0.poolTimeout = .milliseconds(100)
                $0.connectionTimeout = nil
                $0.connectionFactory = { _ in
                    let attempt = attempts.withLock { count in
                        defer { count += 1 }
                        return count
                    }
                    if attempt == 0 {
                        isHeld.add()
                        try await release.next(within: .seconds(20))
                    }
                    return .host("127.0.0.1", port: port)
                }
            }
            let first = Task { try await client.get(server.url) }
            try await isHeld.next()
            // It gets a connection, which the first one has waited for longer.
            await #expect(
                throws: HTTPClientError.timedOut(.pool, host: "127.0.0.1", port: port, after: .milliseconds(100))
            ) {
                _ = try await within(.seconds(10)) { try await client.get(server.url) }
            }
            first.cancel()
            release.add()
            await #expect(throws: CancellationError.self) { _ = try await first.value }
        }
    }
}
