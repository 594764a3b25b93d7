import HTTPTypes
import Martlet
import NIOCore
import Synchronization
import Testing

@Suite("Requests and responses over HTTP/2")
struct HTTP2ExchangeTests {
    private func exchange(
        _ configuration: HTTPServer.Configuration = .priorKnowledge,
        _ handler: @escaping HTTPServer.Handler,
        test: (HTTP2Client) async throws -> Void
    ) async throws {
        try await withServer(configuration, handler) { server in
            try await test(try await server.beginHTTP2())
        }
    }

    @Test("A text is answered in two frames")
    func text() async throws {
        try await exchange {
            try await $0.response.end("Hello, world!")
        } test: { client in
            client.send(.request(1))
            let reply = try await client.reply()
            #expect(reply.fields.map { "\($0.name): \($0.value)" } == [":status: 200", "content-length: 13"])
            #expect(reply.text == "Hello, world!")
            #expect(reply.frames.map(\.kind) == [.headers, .data])
        }
    }

    @Test("Default fields are sent once, and then by their numbers")
    func compression() async throws {
        let configuration = HTTPServer.Configuration.priorKnowledge.with {
            $0.defaultResponseHeaders = HTTPServer.standardResponseHeaders
            $0.sendsDate = true
        }
        try await exchange(configuration) {
            try await $0.response.end("Hello, world!")
        } test: { client in
            client.send(.request(1))
            let first = try await client.reply(1)
            client.send(.request(3))
            let second = try await client.reply(3)
            let names = [
                ":status", "content-type", "x-frame-options", "x-content-type-options", "x-xss-protection", "date",
                "content-length",
            ]
            for reply in [first, second] {
                #expect(reply.fields.map(\.name) == names)
                #expect(reply["content-type"] == "text/plain; charset=utf-8")
                #expect(reply["date"]?.hasSuffix(" GMT") == true)
            }
            #expect(first.frames[0].payload.count > 100)
            #expect(second.frames[0].payload.count < 40)
        }
    }

    @Test("The handler sees what it would see over HTTP/1.1")
    func request() async throws {
        try await exchange { request in
            let lines = [
                "\(request.protocolVersion)", request.method.rawValue, request.target, request.url.path,
                try request.url.queryParameters["q"] ?? "", request.headers[.init("host")!] ?? "",
                request.headers[.cookie] ?? "",
                "\(request.isPersistent)", "\(request.contentLength ?? -1)", request.requestedURL,
                "\(request.connectionInfo?.remoteAddress.host ?? "")",
            ]
            try await request.response.end(lines.joined(separator: "\n"))
        } test: { client in
            client.send(
                .request(1, "GET", "/p%20q?q=1", [("cookie", "a=b"), ("user-agent", "x"), ("cookie", "c=d")])
            )
            let reply = try await client.reply()
            let lines = [
                "2", "GET", "/p%20q?q=1", "/p%20q", "1", "a", "a=b; c=d", "true", "0", "http://a/p%20q?q=1",
                "127.0.0.1",
            ]
            #expect(reply.text == lines.joined(separator: "\n"))
        }
    }

    @Test("A content is read, with its trailers")
    func content() async throws {
        try await exchange { request in
            let text = try await request.text()
            let trailers = try await request.trailers
            try await request.response.end("\(request.contentLength ?? -1) \(text) \(trailers[.init("x")!] ?? "")")
        } test: { client in
            client.send(.request(1, "POST", end: false), .data(1, "abc", end: false), .data(1, "def"))
            client.send(
                .request(3, "POST", "/", [("content-length", "3")], end: false),
                .data(3, "ghi", end: false),
                .headers(3, [("x", "y")])
            )
            let texts = [try await client.reply(1).text, try await client.reply(3).text]
            #expect(texts == ["-1 abcdef ", "3 ghi y"])
        }
    }
}
