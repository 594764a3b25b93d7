import HTTPTypes
import Martlet
import MartletTesting
import MartletWeb
import NIOCore
import Synchronization
import Testing

/// The deadlines of the README's table, with their defaults, by a clock that only the tests move.
@Suite("The server's deadlines")
struct ServerDeadlineTests {
    typealias Carrier = TestServer.Carrier

    private static let hello: HTTPServer.Handler = { try await $0.response.end("Hello") }

    /// Something that happens in a handler, to be waited for.
    private struct Event: Sendable {
        private let pipe = AsyncStream<Void>.makeStream()

        func happen() { pipe.continuation.yield() }

        func wait() async {
            for await _ in pipe.stream { return }
        }
    }

    /// Waits until the task is cancelled; a test that goes wrong does not wait for ever.
    private static func untilCancelled() async throws {
        try await Task.sleep(for: .seconds(60))
        Issue.record("the handler is not cancelled")
    }

    /// How much time has passed. Connections look at their deadlines from time to time.
    private func seconds(_ app: TestServer) -> Double {
        app.time.now.offset / .seconds(1)
    }

    /// Whether no more time has passed than connections take to look at their deadlines. A busy machine takes a while to
    /// pass bytes from one socket to the other, and much of this time goes by meanwhile.
    private func isSoonAfter(_ deadline: Double, _ seconds: Double, _ carrier: Carrier) -> Bool {
        (deadline...(carrier == .memory ? deadline + 5 : 10 * deadline + 60)).contains(seconds)
    }

    @Test("headTimeout: a head that is not complete after 30 s is answered 408", arguments: [Carrier.memory, .http1])
    func head(carrier: Carrier) async throws {
        let app = TestServer(over: carrier, Self.hello)
        let answer = try await app.time.passing { try await app.client(.sendsSlowly(1)).get("/") }
        #expect(answer.status == .requestTimeout, "\(answer)")
        #expect(isSoonAfter(30, seconds(app), carrier))
    }

    @Test("idleTimeout: a connection is closed after 120 s without a request", arguments: Carrier.allCases)
    func idle(carrier: Carrier) async throws {
        let app = TestServer(over: carrier, Self.hello)
        let server = try await app.server
        try await app.get("/").expect(.ok)
        await app.time.advance(by: .seconds(119))
        #expect(server.connectionCounts.total == 1)
        await app.time.advance(by: .seconds(8))
        #expect(server.connectionCounts.total == 0)
        try await app.get("/").expect(.ok)
    }

    @Test("minimumBodyRate: content below 240 bytes/s after 5 s is answered 408", arguments: [Carrier.memory, .http1])
    func bodyRate(carrier: Carrier) async throws {
        let errors = Mutex<[HTTPBodyError?]>([])
        let app = TestServer(over: carrier) { request in
            do {
                _ = try await request.collect()
            } catch {
                errors.withLock { $0.append(error as? HTTPBodyError) }
                throw error
            }
        }
        let body = HTTPRequestBody.buffer(ByteBuffer(repeating: 0x61, count: 100_000))
        let answer = try await app.time.passing { try await app.client(.sendsSlowly(200)).post("/", body: body) }
        #expect(answer.status == .requestTimeout, "\(answer)")
        #expect(isSoonAfter(5, seconds(app), carrier))
        #expect(errors.withLock { $0 } == [.tooSlow])
    }

    @Test(
        "minimumBodyRate: content that is fast enough takes as long as it takes",
        arguments: [Carrier.memory, .http1]
    )
    func bodyRateIsMet(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            try await request.response.end("\(try await request.collect().readableBytes)")
        }
        let body = HTTPRequestBody.buffer(ByteBuffer(repeating: 0x61, count: 30_000))
        let answer = try await app.time.passing { try await app.client(.sendsSlowly(300)).post("/", body: body) }
        #expect(answer.text == "30000", "\(answer)")
        #expect(seconds(app) >= 99)
    }

    @Test("writeTimeout: a client that takes nothing for 30 s is cut off", arguments: Carrier.allCases)
    func write(carrier: Carrier) async throws {
        let (begun, failed) = (Event(), Event())
        let app = TestServer(over: carrier) { request in
            begun.happen()
            do {
                while true { try await request.response.write(ByteBuffer(repeating: 0x61, count: 65_536)) }
            } catch {
                failed.happen()
                throw error
            }
        }
        let client = app.client(.vanishesAfter(receiving: 1_000)) {
            $0.http2.streamWindow = 65_535
            $0.http2.connectionWindow = 65_535
        }
        let request = Task { try await client.get("/") }
        await begun.wait()
        await app.time.passing { await failed.wait() }
        #expect(isSoonAfter(30, seconds(app), carrier))
        request.cancel()
    }

    @Test(
        "handlerTimeout: a handler that takes longer is cancelled, and answered for with 503",
        arguments: Carrier.allCases
    )
    func handler(carrier: Carrier) async throws {
        var configuration = HTTPServer.Configuration()
        configuration.handlerTimeout = .seconds(10)
        let begun = Event()
        let app = TestServer(over: carrier, configuration: configuration) { _ in
            begun.happen()
            try await Self.untilCancelled()
        }
        async let answer = app.get("/")
        await begun.wait()
        await app.time.advance(by: .seconds(13))
        #expect(try await answer.status == .serviceUnavailable)
    }

    @Test("RequestTimeout: the same for a part of a site", arguments: Carrier.allCases)
    func requestTimeout(carrier: Carrier) async throws {
        let begun = Event()
        let app = TestServer(over: carrier, around: [try RequestTimeout(.seconds(60))]) { _ in
            begun.happen()
            try await Self.untilCancelled()
        }
        async let answer = app.get("/")
        await begun.wait()
        await app.time.advance(by: .seconds(61))
        #expect(try await answer.status == .serviceUnavailable)
    }

    @Test(
        "halfCloseGracePeriod: 5 s after the client's half, a handler without progress is cancelled",
        arguments: [Carrier.memory, .http1]
    )
    func halfClose(carrier: Carrier) async throws {
        let (begun, ended) = (Event(), Event())
        let app = TestServer(over: carrier) { _ in
            begun.happen()
            defer { ended.happen() }
            try await Self.untilCancelled()
        }
        let client = app.client(.halfClosesAfter(bytes: Self.lengthOfGet))
        let request = Task { try await client.get("/") }
        await begun.wait()
        await app.time.passing { await ended.wait() }
        #expect(isSoonAfter(5, seconds(app), carrier))
        request.cancel()
    }

    /// The bytes of the request that ``TestClient`` sends for `get("/")`.
    private static let lengthOfGet = "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Martlet/0.1\r\n\r\n".utf8.count

    @Test(
        "shutdownTimeout: 30 s after the server has begun to shut down, the rest is aborted",
        arguments: Carrier.allCases
    )
    func shutdown(carrier: Carrier) async throws {
        let (begun, ended) = (Event(), Event())
        let app = TestServer(over: carrier) { _ in
            begun.happen()
            defer { ended.happen() }
            try await Self.untilCancelled()
        }
        let server = try await app.server
        let request = Task { try await app.get("/") }
        await begun.wait()
        let shutdown = Task { await server.shutdown() }
        await app.time.passing { await shutdown.value }
        await ended.wait()
        #expect(isSoonAfter(30, seconds(app), carrier))
        await #expect(throws: HTTPClientError.self) { try await request.value }
    }

    @Test("sessionTimeout: a session ends 20 minutes after its last use", arguments: Carrier.allCases)
    func session(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            let session = try await request.session
            try await request.response.end(session.isNew ? "new" : "known")
        }
        #expect(try await app.get("/").text == "new")
        for _ in 0..<2 {
            await app.time.advance(by: .seconds(19 * 60))
            #expect(try await app.get("/").text == "known")
        }
        await app.time.advance(by: .seconds(20 * 60 + 1))
        #expect(try await app.get("/").text == "new")
    }

    @Test("RateLimit: a client may come again when its time is over", arguments: Carrier.allCases)
    func rateLimit(carrier: Carrier) async throws {
        let app = TestServer(over: carrier, around: [try RateLimit(2, per: .seconds(60))], Self.hello)
        for _ in 0..<2 { try await app.get("/").expect(.ok) }
        let refusal = try await app.get("/")
        #expect(refusal.status == .tooManyRequests)
        #expect(refusal.headers[.retryAfter] == "30")
        await app.time.advance(by: .seconds(30))
        try await app.get("/").expect(.ok)
        try await app.get("/").expect(.tooManyRequests)
    }

    @Test("pingInterval: a WebSocket whose client has vanished ends with 1001", arguments: [Carrier.memory, .http1])
    func ping(carrier: Carrier) async throws {
        let (begun, ended) = (Event(), Event())
        let app = TestServer(over: carrier) { request in
            let socket = try await WebSocket.upgrade(request, pingInterval: .seconds(20))
            begun.happen()
            _ = try? await socket.receive()
            #expect(socket.closeCode == .goingAway)
            ended.happen()
        }
        let client = app.client(.vanishesAfter(receiving: 100))
        let request = Task { try await client.webSocket("/") { socket in _ = try await socket.receive() } }
        await begun.wait()
        // One silence until the ping, and another one until it is given up.
        await app.time.passing { await ended.wait() }
        #expect(isSoonAfter(40, seconds(app), carrier))
        request.cancel()
    }
}
