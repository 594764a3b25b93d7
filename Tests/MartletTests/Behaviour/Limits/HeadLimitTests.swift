import HTTPWire
import Martlet
import Testing

@Suite("The limits of a request's head")
struct HeadLimitTests {
    private func status(
        of request: String,
        _ change: (inout HeadLimits) -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Int {
        let statuses = Events<Int>()
        try await withServer(.bare.with { change(&$0.headLimits) }) { _ in
        } test: { server in
            let client = try await server.connect()
            client.send(request)
            let response = try await client.response()
            statuses.add(response.status)
            guard response.status != 200 else { return }
            #expect(response["Connection"] == "close", sourceLocation: sourceLocation)
            #expect(try await client.expectEnd(), sourceLocation: sourceLocation)
        }
        return try await statuses.next()
    }

    @Test("stop a head of too many bytes, and one of as many pass")
    func bytes() async throws {
        let head = get("/", "X: " + String(repeating: "a", count: 200))
        #expect(try await status(of: head) { $0.headBytes = head.utf8.count } == 200)
        #expect(try await status(of: head) { $0.headBytes = head.utf8.count - 1 } == 431)
        #expect(try await status(of: get("/", "X: " + String(repeating: "a", count: 66_000))) == 431)
    }

    @Test("stop too many fields")
    func fields() async throws {
        #expect(try await status(of: get("/", "A: b", "A: c")) { $0.fieldCount = 3 } == 200)
        #expect(try await status(of: get("/", "A: b", "A: c", "A: d")) { $0.fieldCount = 3 } == 431)
        let many = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 100) + "\r\n"
        #expect(try await status(of: many) == 431)
    }

    @Test("stop a request line that is too long")
    func requestLine() async throws {
        #expect(try await status(of: get("/" + String(repeating: "a", count: 100))) { $0.startLineBytes = 50 } == 414)
        #expect(try await status(of: get("/" + String(repeating: "a", count: 17_000))) == 414)
        #expect(try await status(of: get("/" + String(repeating: "a", count: 8_000))) == 200)
    }

    @Test("stop an endless head before its end")
    func endless() async throws {
        #expect(try await status(of: "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 70_000)) == 431)
        #expect(try await status(of: "GET /" + String(repeating: "a", count: 70_000)) == 414)
        #expect(try await status(of: String(repeating: "A", count: 70_000)) == 501)
    }

    @Test("can let a bare LF pass")
    func bareLineFeed() async throws {
        #expect(try await status(of: "GET / HTTP/1.1\nHost: a\n\n") == 400)
        #expect(try await status(of: "GET / HTTP/1.1\nHost: a\n\n") { $0.allowsBareLineFeed = true } == 200)
    }
}
