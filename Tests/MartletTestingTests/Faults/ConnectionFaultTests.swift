import HTTPTypes
import Martlet
import MartletTesting
import NIOCore
import Testing

@Suite("Faults on purpose")
struct ConnectionFaultTests {
    typealias Carrier = TestServer.Carrier

    private static let body = HTTPRequestBody.text("name=value", contentType: "application/x-www-form-urlencoded")

    /// A server that reads the content and answers.
    private static func app(_ carrier: Carrier) -> TestServer {
        TestServer(over: carrier) { request in try await request.response.end(try await request.text()) }
    }

    /// How many bytes a client sends at least before its request is complete.
    private static func sent(_ carrier: Carrier) -> Range<Int> {
        switch carrier {
        case .memory, .http1: 0..<141
        case .http2, .tls: 0..<120
        }
    }

    /// How many bytes a client receives before the head of the response is complete.
    private static let received = 0..<179

    /// Uses a client with each of some faults, and expects that it fails, while others are served as ever.
    private func expectFailure(_ app: TestServer, _ faults: [ConnectionFault]) async throws {
        for fault in faults {
            let client = app.client(fault)
            await #expect(throws: HTTPClientError.self, "\(fault)") { _ = try await client.post("/", body: Self.body) }
            await client.close()
        }
        let server = try await app.server
        #expect(try await app.post("/", body: Self.body).text == "name=value")
        // That of the last request only.
        for _ in 0..<1_000 where server.connectionCounts.total > 1 { await app.time.advance(by: .milliseconds(10)) }
        #expect(server.connectionCounts.total == 1)
    }

    @Test("A client that closes at any byte of its request", arguments: Carrier.allCases)
    func closesSending(carrier: Carrier) async throws {
        try await expectFailure(Self.app(carrier), Self.sent(carrier).map { .disconnectsAfter(bytes: $0) })
    }

    @Test("A client that resets at any byte of its request", arguments: Carrier.allCases)
    func resetsSending(carrier: Carrier) async throws {
        try await expectFailure(Self.app(carrier), Self.sent(carrier).map { .resetsAfter(bytes: $0) })
    }

    @Test("A client that closes at any byte of the response", arguments: [Carrier.memory, .http1])
    func closesReceiving(carrier: Carrier) async throws {
        try await expectFailure(Self.app(carrier), Self.received.map { .disconnectsAfter(receiving: $0) })
    }

    @Test("A client that resets at any byte of the response", arguments: [Carrier.memory, .http1])
    func resetsReceiving(carrier: Carrier) async throws {
        try await expectFailure(Self.app(carrier), Self.received.map { .resetsAfter(receiving: $0) })
    }

    @Test(
        "A client that goes away at any byte of what a server sends is served by none of them",
        arguments: [(Carrier.http2, 1), (.tls, 7)],
        [false, true]
    )
    func cutsReceiving(carrier: (Carrier, step: Int), resets: Bool) async throws {
        let app = Self.app(carrier.0)
        // Handshakes and settings are a part of it, whose length is not the same each time.
        var count = 0
        while count < 10_000 {
            let client = app.client(resets ? .resetsAfter(receiving: count) : .disconnectsAfter(receiving: count))
            let answer = try? await client.post("/", body: Self.body)
            await client.close()
            guard answer == nil else { break }
            count += carrier.step
        }
        #expect((50..<10_000).contains(count))
        #expect(try await app.post("/", body: Self.body).text == "name=value")
    }

    @Test(
        "A client that closes its half at any byte of its request is answered 400 or closed",
        arguments: [Carrier.memory, .http1]
    )
    func halfCloses(carrier: Carrier) async throws {
        let app = Self.app(carrier)
        for count in Self.sent(carrier).dropLast() {
            let client = app.client(.halfClosesAfter(bytes: count))
            do {
                let answer = try await client.post("/", body: Self.body)
                #expect(answer.status == .badRequest, "\(count): \(answer)")
            } catch is HTTPClientError {
                // Nothing had come that could be answered.
            }
            await client.close()
        }
        #expect(try await app.post("/", body: Self.body).text == "name=value")
    }

    @Test("A request in pieces of any size is the same request", arguments: Carrier.allCases)
    func pieces(carrier: Carrier) async throws {
        let app = Self.app(carrier)
        for size in [1, 2, 3, 7, 20, 100] {
            #expect(try await app.client(.sendsPieces(of: size)).post("/", body: Self.body).text == "name=value")
        }
    }

    @Test("A slow reader gets everything, in its time", arguments: Carrier.allCases)
    func slow(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            try await request.response.end(ByteBuffer(repeating: 0x61, count: 20_000))
        }
        let answer = try await app.time.passing { try await app.client(.readsSlowly(1_000)).get("/") }
        #expect(answer.body == ByteBuffer(repeating: 0x61, count: 20_000))
        #expect(app.time.now.offset >= .seconds(19))
    }
}
