import Martlet
import NIOCore
import Testing

@Suite("A client that goes away")
struct DisconnectTests {
    enum Way: CaseIterable { case close, reset, finishSending }

    @Test("cancels the handler's task", arguments: Way.allCases)
    func cancels(way: Way) async throws {
        let cancelled = Events<Bool>()
        try await withOpenRequest { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { (_, client) async throws in
            try await Self.leave(client, way)
            #expect(try await cancelled.next())
        }
    }

    @Test("cancels a handler that runs off the loop", arguments: [Way.close, .reset])
    func cancelsOffTheLoop(way: Way) async throws {
        let cancelled = Events<Bool>()
        try await withOpenRequest(on: globalConcurrentExecutor) { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { (_, client) async throws in
            try await Self.leave(client, way)
            #expect(try await cancelled.next())
        }
    }

    @Test("cancels a handler that does not read the content the client was sending", arguments: [Way.close, .reset])
    func cancelsWithUnreadContent(way: Way) async throws {
        let arrived = Events<Void>()
        let cancelled = Events<Bool>()
        try await withServer { _ in
            arrived.add()
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
            client.send(ByteBuffer(repeating: 0x61, count: 120_000))
            try await arrived.next()
            // All of it is with the server's system, or else that would not see the end of it.
            try await eventually { try await client.unsentBytes() == 0 }
            try await Self.leave(client, way)
            #expect(try await cancelled.next())
        }
    }

    @Test("ends the content that is being read with an error", arguments: Way.allCases)
    func insideContent(way: Way) async throws {
        let arrived = Events<Void>()
        let failure = Events<any Error>()
        try await withServer { request in
            do {
                for try await _ in request.body { arrived.add() }
            } catch {
                failure.add(error)
            }
        } test: { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
            try await arrived.next()
            try await Self.leave(client, way)
            let error = try await failure.next()
            #expect(
                error is CancellationError || error as? HTTPBodyError == .connectionClosed,
                "never an end that looks complete: \(error)"
            )
        }
    }

    @Test("lets writes fail", arguments: [Way.close, .reset])
    func writing(way: Way) async throws {
        let failed = Events<any Error>()
        try await withServer { request in
            do {
                while true { try await request.response.write(ByteBuffer(repeating: 0x61, count: 50_000)) }
            } catch {
                failed.add(error)
                throw error
            }
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            _ = try await client.receive(1000)
            try await Self.leave(client, way)
            let error = try await failed.next()
            #expect(error is CancellationError || error as? HTTPServerError == .connectionClosed, "\(error)")
            try await eventually { server.connectionsInfo.total == 0 }
        }
    }

    @Test("is no error of the handler")
    func notReported() async throws {
        let arrived = Events<Void>()
        let reported = Events<any Error>()
        let done = Events<Void>()
        try await withServer(.bare.with { $0.onError = { error, _ in reported.add(error) } }) { _ in
            defer { done.add() }
            arrived.add()
            try await untilCancelled()
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            try await arrived.next()
            await client.close()
            try await done.next()
            try await eventually { server.connectionsInfo.total == 0 }
            #expect(reported.all.isEmpty)
        }
    }

    @Test("has no connection info any more")
    func connectionInfo() async throws {
        let arrived = Events<HTTPServerRequest>()
        try await withServer { request in
            arrived.add(request)
            try await untilCancelled()
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            let request = try await arrived.next()
            #expect(request.connectionInfo?.remotePort == client.localPort)
            try await client.reset()
            try await eventually { request.connectionInfo == nil && request.response.connectionInfo == nil }
        }
    }

    private static func leave(_ client: RawClient, _ way: Way) async throws {
        switch way {
        case .close: await client.close()
        case .reset: try await client.reset()
        case .finishSending: client.finishSending()
        }
    }
}
