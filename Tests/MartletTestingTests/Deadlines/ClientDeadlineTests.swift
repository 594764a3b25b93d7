import HTTPTypes
import Martlet
import MartletTesting
import NIOCore
import Testing

/// The client's deadlines of the README's table, by a clock that only the tests move.
@Suite("The client's deadlines")
struct ClientDeadlineTests {
    typealias Carrier = TestServer.Carrier

    /// Sends a request that is never answered, and lets the time pass from when it has arrived.
    private func wait(over carrier: Carrier, _ change: (inout HTTPClient.Configuration) -> Void) async -> (
        HTTPClientError?, Double
    ) {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let app = TestServer(over: carrier) { _ in
            arrived.yield()
            try await Task.sleep(for: .seconds(60))
        }
        let client = app.client(change: change)
        let request = Task { try await client.get("/") }
        for await _ in arrivals { break }
        let result = await app.time.passing { await request.result }
        guard case .failure(let error) = result else { return (nil, seconds(app)) }
        return (error as? HTTPClientError, seconds(app))
    }

    private func seconds(_ app: TestServer) -> Double {
        app.time.now.offset / .seconds(1)
    }

    /// Whether no more time has passed than connections take to look at their deadlines. A busy machine takes a while to
    /// pass bytes from one socket to the other, and much of this time goes by meanwhile.
    private func isSoonAfter(_ deadline: Double, _ seconds: Double, _ carrier: Carrier) -> Bool {
        (deadline...(carrier == .memory ? deadline + 5 : 10 * deadline + 60)).contains(seconds)
    }

    private func phase(_ error: HTTPClientError?) -> HTTPClientError.Timeout? {
        if case .timedOut(let phase, _, _, _)? = error { phase } else { nil }
    }

    @Test("readTimeout: a server that sends nothing for 60 s", arguments: Carrier.allCases)
    func read(carrier: Carrier) async {
        let (error, seconds) = await wait(over: carrier) { $0.readTimeout = HTTPClient.Configuration().readTimeout }
        #expect(phase(error) == .read)
        #expect(isSoonAfter(60, seconds, carrier))
    }

    @Test("totalTimeout: a request that takes longer in all", arguments: Carrier.allCases)
    func total(carrier: Carrier) async {
        let (error, seconds) = await wait(over: carrier) { $0.totalTimeout = .seconds(120) }
        #expect(phase(error) == .total)
        #expect(isSoonAfter(120, seconds, carrier))
    }

    @Test("poolTimeout: a request that waits for its turn for 60 s", arguments: [Carrier.memory, .http1])
    func pool(carrier: Carrier) async throws {
        let (begins, begun) = AsyncStream<Void>.makeStream()
        let app = TestServer(over: carrier) { _ in
            begun.yield()
            try await Task.sleep(for: .seconds(60))
        }
        let client = app.client {
            $0.maximumConnectionsPerHost = 1
            $0.poolTimeout = HTTPClient.Configuration().poolTimeout
        }
        let first = Task { try await client.get("/") }
        for await _ in begins { break }
        let error = await #expect(throws: HTTPClientError.self) {
            try await app.time.passing { try await client.get("/") }
        }
        #expect(phase(error) == .pool)
        #expect(isSoonAfter(60, seconds(app), carrier))
        first.cancel()
    }

    @Test("idleTimeout: a connection is closed after 15 s without a request", arguments: Carrier.allCases)
    func idle(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { try await $0.response.end("Hello") }
        let client = app.client { $0.idleTimeout = HTTPClient.Configuration().idleTimeout }
        let server = try await app.server
        try await client.get("/").expect(.ok)
        await app.time.advance(by: .seconds(14))
        #expect(server.connectionCounts.total == 1)
        await app.time.advance(by: .seconds(3))
        #expect(server.connectionCounts.total == 0)
    }

    @Test("expectContinueTimeout: content is sent after a second without an answer", arguments: Carrier.allCases)
    func expectContinue(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            // The server sends 100 as soon as the content is read, which it is not before the client has sent it.
            try await Task.sleep(for: .milliseconds(50))
            try await request.response.end(try await request.text())
        }
        let answer = try await app.time.passing {
            try await app.client().post("/", body: "content", headers: [.expect: "100-continue"])
        }
        #expect(answer.text == "content")
    }
}
