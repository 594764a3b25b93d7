import HTTPTypes
import Martlet
import Testing

@testable import MartletWeb

@Suite("S12: what the server refuses, in the site's form")
struct RefusalTests {
    private func withSite(test: (HTTPServer, Events<String>) async throws -> Void) async throws {
        let lines = Events<String>()
        let log = RequestLog(.combined) { lines.add($0) }
        let (errors, cors) = (ErrorPages(), try CORSPolicy(origins: .only(["http://b"])))
        try await Turnstile.servers.pass {
            let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: .bare)
            let serving = Task {
                try await server.serve(around: [log, errors, cors]) { request in
                    try await request.response.end("fine")
                }
            }
            try await test(server, lines)
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test("has a line in the log, an error page, and the fields of the policy")
    func refused() async throws {
        try await withSite { server, lines in
            let response = try await server.response(
                to: "GET /\u{1} HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nAccept: application/problem+json\r\n"
                    + "User-Agent: t\r\n\r\n"
            )
            #expect(response.status == 400)
            #expect(response["Content-Type"] == "application/problem+json")
            #expect(response["Access-Control-Allow-Origin"] == "http://b")
            #expect(response.text.hasPrefix("{\"detail\":\"The request target is "))
            #expect(response.text.hasSuffix(",\"status\":400,\"title\":\"Bad Request\"}"))
            let line = try await lines.next()
            #expect(line.hasPrefix("127.0.0.1 - - ["))
            #expect(
                line.hasSuffix("] \"GET /%01 HTTP/1.1\" 400 \(response.content.count) \"-\" \"t\"\n"),
                "\(line)"
            )
        }
    }

    @Test("a preflight is not granted")
    func preflight() async throws {
        try await withSite { server, lines in
            let response = try await server.response(
                to:
                    "OPTIONS /\u{1} HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nAccess-Control-Request-Method: PUT\r\n\r\n"
            )
            #expect(response.status == 400)
            #expect(response["Access-Control-Allow-Methods"] == nil)
            #expect(try await lines.next().contains("\"OPTIONS /%01 HTTP/1.1\" 400 "))
        }
    }

    @Test("no line can be forged")
    func forged() async throws {
        try await withSite { server, lines in
            _ = try await server.response(to: "GET /\u{1B}[2J\"\\ HTTP/1.1\r\nHost: a\r\nReferer: \"x\\\r\n\r\n")
            let line = try await lines.next()
            #expect(line.contains("\"GET /%1B[2J%22%5C HTTP/1.1\" 400 "), "\(line)")
            #expect(line.hasSuffix("\"\\x22x\\x5C\" \"-\"\n"), "\(line)")
        }
    }
}
