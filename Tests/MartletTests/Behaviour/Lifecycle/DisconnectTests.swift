import Dispatch
import Martlet
import NIOCore
import Testing

@Suite("A client that goes away")
struct DisconnectTests {
    enum Way: CaseIterable { case close, reset, finishSending }

    /// A client that has closed can't be told from one that has finished sending, for as long.
    private static let graced = HTTPServer.Configuration.bare.with { $0.halfCloseGracePeriod = .milliseconds(40) }

    @Test("cancels the handler's task", arguments: Way.allCases)
    func cancels(way: Way) async throws {
        let cancelled = Events<Bool>()
        try await withOpenRequest(Self.graced) { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { (_, client) async throws in
            try await Self.leave(client, way)
            #expect(try await cancelled.next())
        }
    }

    @Test("cancels the handler's task at once when its system says so")
    func cancelsAtOnce() async throws {
        let cancelled = Events<Bool>()
        try await withOpenRequest(.bare.with { $0.halfCloseGracePeriod = nil }) { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { (_, client) async throws in
            try await client.reset()
            #expect(try await cancelled.next())
        }
    }

    @Test("S3: cancels the handler's task once something is sent to it")
    func cancelsWhenWritten() async throws {
        let cancelled = Events<Bool>()
        let left = Events<Void>()
        try await withOpenRequest(.bare.with { $0.halfCloseGracePeriod = nil }) { request in
            try await left.next()
            for _ in 0..<1_000 where !Task.isCancelled {
                try? await request.response.write("still there?")
                try? await request.response.flush()
                try? await Task.sleep(for: .milliseconds(5))
            }
            cancelled.add(Task.isCancelled)
        } test: { (_, client) async throws in
            await client.close()
            left.add()
            #expect(try await cancelled.next())
        }
    }

    @Test("S3: cancels the handler's task at once over a Unix-domain socket, which tells")
    func cancelsOverUnixSocket() async throws {
        let (arrived, cancelled) = (Events<Void>(), Events<Bool>())
        try await withServer(over: .unix) { _ in
            arrived.add()
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { _, connect in
            let client = try await connect()
            client.send(get())
            try await arrived.next()
            await client.close()
            #expect(try await cancelled.next())
        }
    }

    @Test("S3: cancels the handler's task at once over HTTP/2, where a PING can be sent")
    func cancelsOverHTTP2() async throws {
        let (arrived, cancelled) = (Events<Void>(), Events<Bool>())
        try await withServer(.priorKnowledge) { _ in
            arrived.add()
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { server in
            let client = try await server.beginHTTP2()
            client.send(.request(1))
            try await arrived.next()
            await client.raw.close()
            #expect(try await cancelled.next())
        }
    }

    @Test("cancels a handler that runs off the loop", arguments: [Way.close, .reset])
    func cancelsOffTheLoop(way: Way) async throws {
        let cancelled = Events<Bool>()
        try await withOpenRequest(Self.graced, on: globalConcurrentExecutor) { _ in
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { (_, client) async throws in
            try await Self.leave(client, way)
            #expect(try await cancelled.next())
        }
    }

    @Test("S13: cancels a handler that has not been suspended yet", arguments: [false, true])
    func cancelsBeforeSuspension(isHTTP2: Bool) async throws {
        let (arrived, cancelled) = (Events<Void>(), Events<Bool>())
        let gone = DispatchSemaphore(value: 0)
        try await withServer(.priorKnowledge) { request in
            arrived.add()
            Self.wait(for: gone)
            // The first call hears of the reset; the channel is closed before it returns.
            for _ in 0..<3 {
                try? await request.response.write(ByteBuffer(repeating: 0x61, count: 50_000))
                try? await request.response.flush()
            }
            do { try await untilCancelled() } catch { cancelled.add(error is CancellationError) }
        } test: { server in
            let client = try await server.connect()
            if isHTTP2 {
                client.send(ByteBuffer(bytes: Array(HTTP2Client.preface.utf8) + Frame.settings().bytes))
                client.send(ByteBuffer(bytes: Frame.request(1).bytes))
            } else {
                client.send(get())
            }
            try await arrived.next()
            try await client.reset()
            gone.signal()
            #expect(try await cancelled.next())
            try await eventually { server.connectionCounts.total == 0 }
        }
    }

    /// Blocks the thread, as no handler should, so that nothing else happens on it.
    private static func wait(for semaphore: DispatchSemaphore) {
        _ = semaphore.wait(timeout: .now() + 10)
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
            try await eventually { server.connectionCounts.total == 0 }
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
            try await client.reset()
            try await done.next()
            try await eventually { server.connectionCounts.total == 0 }
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
