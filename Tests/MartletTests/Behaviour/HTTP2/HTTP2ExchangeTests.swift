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
                ":status", "content-type", "x-frame-options", "x-content-type-options", "date", "content-length",
            ]
            for reply in [first, second] {
                #expect(reply.fields.map(\.name) == names)
                #expect(reply["content-type"] == "text/plain; charset=utf-8")
                #expect(reply["date"]?.hasSuffix(" GMT") == true)
            }
            #expect(first.frames[0].payload.count > 90)
            #expect(second.frames[0].payload.count < 40)
        }
    }

    @Test("The handler sees what it would see over HTTP/1.1")
    func request() async throws {
        try await exchange { request in
            let lines = [
                "\(request.version)", request.method.rawValue, request.target, request.url.path,
                try request.url.queryParameters["q"] ?? "", request.headers[.init("host")!] ?? "",
                request.headers[.cookie] ?? "",
                "\(request.isPersistent)", "\(request.contentLength ?? -1)", request.requestedURL,
                "\(request.connectionInfo?.remoteAddress.host ?? "")",
            ]
            try await request.response.end(lines.joined(separator: "\n"))
        } test: { client in
            client.send(
                .request(
                    1,
                    "GET",
                    "/p%20q?q=1",
                    [("cookie", "a=b"), ("user-agent", "x"), ("cookie", "c=d"), ("cookie", "")]
                )
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

    @Test("HEAD, 204 and 304 have no content, and HEAD tells its length")
    func bodiless() async throws {
        try await exchange { request in
            request.response.statusCode = Int(request.target.dropFirst()) ?? 200
            try await request.response.end(request.method == .head ? "Hello" : "")
        } test: { client in
            client.send(.request(1, "HEAD", "/200"), .request(3, "GET", "/204"), .request(5, "GET", "/304"))
            for (stream, fields) in [
                (UInt32(1), [":status 200", "content-length 5"]), (3, [":status 204"]), (5, [":status 304"]),
            ] {
                let reply = try await client.reply(stream)
                #expect(reply.fields.map { "\($0.name) \($0.value)" } == fields)
                #expect(reply.frames.map(\.kind) == [.headers])
            }
        }
    }

    @Test("Fields of HTTP/1's connections are not sent, cookies are")
    func fields() async throws {
        try await exchange { request in
            request.response.headers[.contentType] = "a/b"
            request.response.headers[.init("X-Upper-Case")!] = "Ä"
            request.response.cookies = [try SetCookie(name: "a", value: "b"), try SetCookie(name: "c", value: "d")]
            request.response.reasonPhrase = "Fine"
            try await request.response.end()
        } test: { client in
            client.send(.request(1))
            let reply = try await client.reply()
            let lines = reply.fields.map { "\($0.name): \($0.value)" }
            #expect(lines[..<3] == [":status: 200", "content-type: a/b", "x-upper-case: Ä"])
            #expect(lines[3...].map { $0.prefix(15) } == ["set-cookie: a=b", "set-cookie: c=d", "content-length:"])
        }
    }

    @Test("A head larger than a frame comes in several")
    func largeHead() async throws {
        let value = String(repeating: "§", count: 20_000)
        try await exchange { request in
            request.response.headers[.init("x")!] = value
            try await request.response.end("Hello")
        } test: { client in
            client.send(.request(1))
            let reply = try await client.reply()
            #expect(reply["x"] == value)
            #expect(reply.text == "Hello")
            #expect(reply.frames.map(\.kind) == [.headers, .continuation, .continuation, .data])
        }
    }

    @Test("Trailers follow the content, or the head")
    func trailers() async throws {
        try await exchange { request in
            if request.target == "/write" { try await request.response.write("Hello") }
            request.response.trailers = [.init("x")!: "y"]
            if request.target == "/end" { try await request.response.end("Hello") }
        } test: { client in
            client.send(.request(1, "GET", "/write"), .request(3, "GET", "/end"), .request(5, "GET", "/none"))
            let replies = [try await client.reply(1), try await client.reply(3), try await client.reply(5)]
            for reply in replies { #expect(reply.trailers.map { "\($0.name) \($0.value)" } == ["x y"]) }
            #expect(replies.map(\.text) == ["Hello", "Hello", ""])
            #expect(replies.map { $0["content-length"] } == [nil, "5", "0"])
        }
    }

    @Test("Trailers that would be taken for something else are an error")
    func forbiddenTrailers() async throws {
        try await exchange { request in
            request.response.trailers = [.contentLength: "3"]
            try await request.response.end("Hello")
        } test: { client in
            client.send(.request(1))
            let reply = try await client.reply()
            #expect(reply.reset == 2)
        }
    }

    @Test("Informational responses come before the head")
    func informational() async throws {
        try await exchange { request in
            try await request.response.sendInformational(.init(code: 103), headers: [.init("link")!: "</a>"])
            try await request.response.end("ok")
        } test: { client in
            client.send(.request(1))
            let reply = try await client.reply()
            #expect(reply.informational.map { $0.map { "\($0.name) \($0.value)" } } == [[":status 103", "link </a>"]])
            #expect(reply.status == 200)
        }
    }

    @Test("A client that waits is told to continue when the handler reads, and not when it does not")
    func expectContinue() async throws {
        try await exchange { request in
            if request.target == "/read" { _ = try await request.text() }
            try await request.response.end("ok")
        } test: { client in
            let fields = [("expect", "100-continue"), ("content-length", "1")]
            client.send(.request(1, "POST", "/read", fields, end: false))
            let head = try await client.next(.headers)
            #expect(try client.fields(of: head).map(\.value) == ["100"])
            client.send(.data(1, "x"))
            #expect(try await client.reply(1).status == 200)
            client.send(.request(3, "POST", "/", fields, end: false))
            let refused = try await client.reply(3)
            #expect(refused.informational.isEmpty)
            #expect(refused.status == 200)
            // The client need not send the rest.
            let reset = try await client.next(.reset)
            #expect(reset.stream == 3 && reset.word(at: 0) == 0)
        }
    }

    @Test("Many requests at a time are answered as they are ready")
    func interleaving() async throws {
        let gate = Events<Void>()
        try await exchange { request in
            if request.target == "/slow" { try await gate.next() }
            try await request.response.end(request.target)
        } test: { client in
            client.send(.request(1, "GET", "/slow"), .request(3, "GET", "/3"), .request(5, "GET", "/5"))
            let quick = [try await client.reply(3).text, try await client.reply(5).text]
            #expect(quick == ["/3", "/5"])
            gate.add()
            let slow = try await client.reply(1).text
            #expect(slow == "/slow")
        }
    }

    @Test("A server can be iterated over")
    func sequence() async throws {
        try await withBoundServer(.priorKnowledge) { server in
            let serving = Task {
                for try await request in server {
                    if request.target == "/drop" { continue }
                    try await request.response.end("\(request.version) \(request.target)")
                }
            }
            let client = try await server.beginHTTP2()
            client.send(.request(1, "GET", "/drop"), .request(3, "GET", "/3"))
            #expect(try await client.reply(1).status == 503)
            #expect(try await client.reply(3).text == "2 /3")
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test("HTTP/1.1 goes on working on the same port, also when its first bytes come one by one")
    func http1() async throws {
        try await withServer(.priorKnowledge) {
            try await $0.response.end("\($0.version)")
        } test: { server in
            #expect(try await server.response(to: get()).text == "1.1")
            let client = try await server.connect()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\n\r\n", inPiecesOf: 1)
            #expect(try await client.response().text == "1.1")
            let slow = try await server.connectHTTP2()
            let bytes = Array(HTTP2Client.preface.utf8) + Frame.settings().bytes + Frame.request(1).bytes
            for byte in bytes {
                try await slow.raw.channel.writeAndFlush(ByteBuffer(bytes: [byte])).get()
            }
            #expect(try await slow.reply().text == "2")
            // Without prior knowledge of it the server does not know the preface.
        }
        try await withServer {
            try await $0.response.end("ok")
        } test: { server in
            let client = try await server.connect()
            client.send(HTTP2Client.preface)
            #expect(try await client.receiveToEnd().hasPrefix("HTTP/1.1 505"))
        }
    }
}
