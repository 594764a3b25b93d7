import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

@Suite("HTTPClient: what servers send that is not quite right", .timeLimit(.minutes(5)))
struct HTTPClientLeniencyTests {
    private func response(to answer: String, _ check: (HTTPClientResponse) async throws -> Void) async throws {
        try await ScriptedServer.run { connection, _ in
            _ = try connection.readHead()
            try connection.write(answer)
        } while: { server in
            try await check(try await makeClient().get(server.url))
        }
    }

    @Test("C12: a folded field is unfolded")
    func folding() async throws {
        try await response(
            to: "HTTP/1.1 200 OK\r\nX-A: b,\r\n\t c\r\nSet-Cookie: d=e;\r\n Path=/\r\nContent-Length: 2\r\n\r\nok"
        ) {
            #expect($0.headers[HTTPField.Name("X-A")!] == "b, c")
            #expect($0.cookies.map(\.description) == ["d=e; Path=/"])
            do {
                let found = try await $0.text()
                #expect(found == "ok")
            }
        }
    }

    @Test("C12: a folded length or coding is refused, since it could be read in two ways")
    func foldedFraming() async throws {
        for field in ["Content-Length: 1\r\n 2", "Transfer-Encoding: chunked\r\n\t"] {
            await #expect(throws: HTTPClientError.self) {
                try await response(to: "HTTP/1.1 200 OK\r\n\(field)\r\n\r\n") { _ in }
            }
        }
    }

    @Test("C18: blanks behind a chunk size, and trailers that must not be some")
    func chunks() async throws {
        let chunks = "5 \r\nhello\r\n0\t\r\nContent-Length: 7\r\nX-A: b\r\n c\r\n\r\n"
        try await response(to: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)") {
            do {
                let found = try await $0.text()
                #expect(found == "hello")
            }
            do {
                let found = try await $0.trailers.map { "\($0.name)=\($0.value)" }
                #expect(found == ["X-A=b c"])
            }
        }
    }

    @Test("C18: 120 fields, and a status line without a reason")
    func manyFields() async throws {
        let fields = (0..<120).map { "X-\($0): a\r\n" }.joined()
        try await response(to: "HTTP/1.1 200\r\n\(fields)Content-Length: 0\r\n\r\n") {
            #expect($0.headers.count == 121)
        }
    }

    @Test("C18: a secure cookie of this machine is kept without TLS, and sent back")
    func secureCookie() async throws {
        try await ScriptedServer.run { connection, _ in
            for _ in 0..<2 {
                let cookie = try connection.readHead().contains("Cookie: a=b") ? "sent" : "none"
                try connection.write("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Secure\r\nContent-Length: 4\r\n\r\n\(cookie)")
            }
        } while: { server in
            let client = makeClient { $0.cookieJar = CookieJar() }
            do {
                let found = try await client.get(server.url).text()
                #expect(found == "none")
            }
            do {
                let found = try await client.get(server.url).text()
                #expect(found == "sent")
            }
        }
    }
}
