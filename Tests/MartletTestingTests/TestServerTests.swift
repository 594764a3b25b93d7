import HTTPTypes
import Martlet
import MartletTesting
import NIOCore
import Testing

@Suite("A TestServer")
struct TestServerTests {
    private static let hello: HTTPServer.Handler = { try await $0.response.end("Hello") }

    @Test("shows an exchange as curl does")
    func transcript() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.defaultResponseHeaders = [:]
        configuration.sendsDate = false
        let app = TestServer(configuration: configuration) { request in
            request.response.status = .accepted
            request.response.headers[.contentType] = "text/plain"
            try await request.response.end("line 1\nline 2")
        }
        let answer = try await app.client { $0.userAgent = nil }.put(
            "/a?b=c",
            body: "content",
            headers: [.accept: "*/*"]
        )
        #expect(
            "\(answer)" == """
                * TestServer over memory
                > PUT /a?b=c HTTP/1.1
                > Host: localhost
                > Accept: */*
                > Content-Type: text/plain; charset=utf-8
                > Content-Length: 7
                >
                < HTTP/1.1 202 Accepted
                < Content-Type: text/plain
                < Content-Length: 13
                <
                line 1
                line 2
                """
        )
    }

    @Test("says how many bytes there are that are no text, or too many")
    func binary() async throws {
        let app = TestServer { request in
            let count = try await request.collect().readableBytes
            try await request.response.end(ByteBuffer(repeating: count == 0 ? 0xFF : 0x61, count: 5_000))
        }
        #expect("\(try await app.get("/"))".hasSuffix("\n<\n* 5000 bytes that are no text"))
        #expect("\(try await app.post("/", body: "x"))".hasSuffix("a\n* and 904 bytes more"))
    }

    @Test("throws a sentence with the exchange where a status is expected that did not come")
    func expectation() async throws {
        let answer = try await TestServer(Self.hello).get("/")
        try answer.expect(.ok)
        let error = #expect(throws: UnexpectedResponse.self) { try answer.expect(.created) }
        #expect(
            "\(try #require(error))".hasPrefix("The status is 200 instead of 201.\n* TestServer over memory\n> GET /")
        )
        let fault = #expect(throws: UnexpectedResponse.self) { try answer.json(Int.self) }
        #expect("\(try #require(fault))".hasPrefix("The content is no Int in JSON: "))
    }

    @Test("wants paths that begin with a slash")
    func path() async throws {
        let app = TestServer(Self.hello)
        let error = await #expect(throws: TestingError.self) { try await app.get("notes") }
        #expect("\(try #require(error))" == #""notes" is no path: it must begin with a slash, or be a whole URL."#)
    }

    @Test("answers nothing once it is closed", arguments: TestServer.Carrier.allCases)
    func closed(carrier: TestServer.Carrier) async throws {
        let app = TestServer(over: carrier, Self.hello)
        try await app.get("/").expect(.ok)
        await app.close()
        let error = await #expect(throws: (any Error).self) { _ = try await app.client().get("/") }
        #expect("\(try #require(error))" == "The TestServer has been closed. Make another one for further requests.")
    }

    @Test("has a clock that Swift's own functions go by")
    func clock() async throws {
        let app = TestServer(Self.hello)
        let time = app.time
        #expect(time.now.offset == .zero)
        let sleeper = Task {
            try await Task.sleep(for: .seconds(3_600), clock: time)
            return time.now.offset
        }
        let slept = try await time.passing { try await sleeper.value }
        #expect(slept == .seconds(3_600))
    }

    @Test("can detach its connection in memory too", arguments: [TestServer.Carrier.memory, .http1])
    func detach(carrier: TestServer.Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            request.response.status = .switchingProtocols
            request.response.headers = [.connection: "upgrade", .upgrade: "echo"]
            let socket = try await request.response.detachSocket()
            for try await bytes in socket.inbound { try await socket.write(bytes) }
            await socket.close()
        }
        let client = app.client()
        let response = try await client.client.get(
            try client.url("/"),
            headers: [.connection: "upgrade", .upgrade: "echo"]
        )
        let socket = try response.detachSocket()
        try await socket.write("ping")
        await socket.closeOutput()
        #expect(String(buffer: try await socket.inbound.collect(upTo: 100)) == "ping")
        await socket.close()
    }

    @Test("says that a stream of HTTP/2 can't be detached")
    func detachStream() async throws {
        let app = TestServer(over: .http2) { request in
            request.response.status = .switchingProtocols
            _ = try await request.response.detachSocket()
        }
        let answer = try await app.get("/")
        #expect(answer.status == .internalServerError)
        #expect("\(answer)".contains("* A handler threw: "))
    }

    @Test("serves on a real port while a test runs, and returns its result")
    func realPort() async throws {
        let text = try await withServer(Self.hello) { client, url in
            #expect(url.hasPrefix("http://127.0.0.1:") && url.hasSuffix("/"))
            return try await client.get(url).text()
        }
        #expect(text == "Hello")
    }
}
