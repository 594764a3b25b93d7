import HTTPTypes
import Martlet
import Testing

@testable import MartletWeb

/// Files within error pages, within a policy, within a log, as file servers put them together.
@Suite("Files with handlers around them")
struct WrappingTests {
    private static let browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"
    /// Longer than what is kept in memory, so that the system sends it.
    private static let length = 300_000

    private func withSite(_ test: (_ server: HTTPServer, _ lines: Events<String>) async throws -> Void) async throws {
        let site = try TemporaryDirectory()
        try site.write("0123456789", to: "root/digits.bin")
        try site.write(String(repeating: "x", count: Self.length), to: "root/long.bin")
        let lines = Events<String>()
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = true
        let files = VirtualDirectory(site.root, configuration: configuration)
        let log = RequestLog(.common) { lines.add($0) }
        let handler = try CORSPolicy().wrapping(ErrorPages().wrapping(files.handle))
        try await withServer(.bare, log.wrapping(handler)) { server in
            try await test(server, lines)
        }
    }

    /// What the next line says behind the time.
    private func rest(of lines: Events<String>) async throws -> Substring? {
        try await lines.next().split(separator: "] ").last?.dropLast()
    }

    @Test("errors have pages, and keep their fields")
    func errors() async throws {
        try await withSite { server, lines in
            let missing = try await server.response(to: get("/none", Self.browser, "Origin: http://a"))
            #expect(missing.statusLine == "HTTP/1.1 404 Not Found")
            #expect(missing["Content-Type"] == "text/html; charset=utf-8")
            #expect(missing["Access-Control-Allow-Origin"] == "*")
            #expect(missing.text.contains("<h1>Not Found</h1>"))
            #expect(try await rest(of: lines) == "\"GET /none HTTP/1.1\" 404 \(missing.content.count)")

            let beyond = try await server.response(to: get("/digits.bin", Self.browser, "Range: bytes=10-"))
            #expect(beyond.statusLine == "HTTP/1.1 416 Range Not Satisfiable")
            #expect(beyond["Content-Range"] == "bytes */10")
            #expect(beyond["Content-Type"] == "text/html; charset=utf-8")
            #expect(beyond["ETag"] == nil)
            #expect(try await rest(of: lines) == "\"GET /digits.bin HTTP/1.1\" 416 \(beyond.content.count)")

            let changed = try await server.response(to: get("/digits.bin", "If-Match: \"other\""))
            #expect(changed.statusLine == "HTTP/1.1 412 Precondition Failed")
            #expect(changed.text == "Precondition Failed")
            #expect(try await rest(of: lines) == "\"GET /digits.bin HTTP/1.1\" 412 19")

            let refused = try await server.response(
                to: "DELETE /digits.bin HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n"
            )
            #expect(refused.statusLine == "HTTP/1.1 405 Method Not Allowed")
            #expect(refused["Allow"] == "GET, HEAD, OPTIONS")
            #expect(refused.text == #"{"status":405,"title":"Method Not Allowed"}"#)
        }
    }

    @Test(
        "HEAD tells what GET tells",
        arguments: [["/none"], ["/digits.bin"], ["/long.bin"], ["/"], ["/digits.bin", "If-Match: \"other\""]]
    )
    func head(request: [String]) async throws {
        try await withSite { server, lines in
            let fields = [Self.browser] + request.dropFirst()
            let rest = " HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
            let whole = try await server.response(to: "GET \(request[0])\(rest)")
            let head = try await server.response(to: "HEAD \(request[0])\(rest)")
            #expect(head.statusLine == whole.statusLine)
            #expect(head.fields.map { "\($0)" } == whole.fields.map { "\($0)" })
            #expect(!whole.content.isEmpty && head.content.isEmpty)
            #expect(
                try await self.rest(of: lines)
                    == "\"GET \(request[0]) HTTP/1.1\" \(whole.status) \(whole.content.count)"
            )
            #expect(try await self.rest(of: lines) == "\"HEAD \(request[0]) HTTP/1.1\" \(head.status) -")
        }
    }

    @Test("the log counts the bytes of files that the system sends")
    func bytes() async throws {
        try await withSite { server, lines in
            let whole = try await server.response(to: get("/long.bin"))
            #expect(whole.content.count == Self.length)
            #expect(try await rest(of: lines) == "\"GET /long.bin HTTP/1.1\" 200 \(Self.length)")
            _ = try await server.response(to: get("/long.bin", "Range: bytes=-100000"))
            #expect(try await rest(of: lines) == "\"GET /long.bin HTTP/1.1\" 206 100000")
            let parts = try await server.response(to: get("/long.bin", "Range: bytes=0-9,20-100019"))
            #expect(try await rest(of: lines) == "\"GET /long.bin HTTP/1.1\" 206 \(parts.content.count)")
            let tag = try #require(whole["ETag"])
            _ = try await server.response(to: get("/long.bin", "If-None-Match: \(tag)"))
            #expect(try await rest(of: lines) == "\"GET /long.bin HTTP/1.1\" 304 -")
        }
    }
}
