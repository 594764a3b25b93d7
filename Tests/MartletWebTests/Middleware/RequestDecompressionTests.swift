import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore
import Testing

@Suite("Decompression of requests")
struct RequestDecompressionTests {
    private static let codings = ContentCoding.supported.filter { $0 != .identity }
    private static let everyCase = codings.flatMap { coding in Transport.allCases.map { (coding, $0) } }
    private static let text = (0..<5_000).map(String.init).joined(separator: " ")

    private static func compress(_ text: String, _ coding: ContentCoding) throws -> ByteBuffer {
        try compress(ByteBuffer(string: text), coding)
    }

    private static func compress(_ content: ByteBuffer, _ coding: ContentCoding) throws -> ByteBuffer {
        let compressor = try Compressor(coding)
        var output = ByteBuffer()
        try compressor.compress(content, into: &output)
        try compressor.finish(into: &output)
        return output
    }

    /// Reads the content in the way that the path says.
    private static let reading: HTTPServer.Handler = { request in
        switch request.url.path {
        case "/json": try await request.response.end("\(try await request.json([String: Int].self)["a"] ?? 0)")
        case "/form": try await request.response.end(try await request.form()["a"] ?? "-")
        case "/parsed":
            let body = try await request.parsedBody()
            if case .text(let text) = body { try await request.response.end(text) }
        case "/multipart":
            for try await part in try request.multipart() { try await request.response.write(try await part.text()) }
        case "/stream":
            try await request.response.write(contentsOf: request.body)
        case "/fields":
            let fields = [HTTPField.Name.contentEncoding, .contentLength].map { request.headers[$0] ?? "-" }
            let length = request.contentLength.map(String.init) ?? "-"
            try await request.response.end("\(fields[0]) \(fields[1]) \(length) \(try await request.text().utf8.count)")
        case "/unread": try await request.response.end("unread")
        default: try await request.response.end(try await request.text())
        }
    }

    private static let handler = RequestDecompression().wrapping(reading)

    private static func post(
        _ client: HTTPClient,
        _ url: String,
        _ content: ByteBuffer,
        _ coding: String?,
        type: String? = "text/plain"
    ) async throws -> (status: Int, text: String, accepted: String?) {
        var headers: HTTPFields = [:]
        headers[.contentEncoding] = coding
        let response = try await client.post(url, body: .buffer(content, contentType: type), headers: headers)
        return (response.status.code, try await response.text(), response.headers[.acceptEncoding])
    }

    @Test("lets handlers read content in any way", arguments: everyCase)
    func reading(coding: ContentCoding, transport: Transport) async throws {
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            for (path, type, content, answer) in [
                ("text", "text/plain", Self.text, Self.text), ("stream", "text/plain", Self.text, Self.text),
                ("parsed", "text/plain", "abc", "abc"), ("json", "application/json", "{\"a\":5}", "5"),
                ("form", "application/x-www-form-urlencoded", "a=b", "b"),
                ("form", formType, form(("name=a", "b")), "b"),
                ("multipart", formType, form(("name=a", "b"), ("name=c", "d")), "bd"),
                ("unread", "text/plain", Self.text, "unread"), ("text", "text/plain", "", ""),
            ] {
                let data = try Self.compress(content, coding)
                let result = try await Self.post(client, server.url + path, data, coding.description, type: type)
                #expect(result.status == 200 && result.text == answer, "\(path) \(type)")
            }
        }
    }

    @Test("takes away what is no longer true", arguments: everyCase)
    func fields(coding: ContentCoding, transport: Transport) async throws {
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            let data = try Self.compress(Self.text, coding)
            let coded = try await Self.post(client, server.url + "fields", data, coding.description)
            #expect(coded.text == "- - - \(Self.text.utf8.count)")
            let plain = try await Self.post(client, server.url + "fields", ByteBuffer(string: "abc"), nil)
            #expect(plain.text == "- 3 3 3")
            let identity = try await Self.post(client, server.url + "fields", ByteBuffer(string: "abc"), "Identity")
            #expect(identity.text == "Identity 3 3 3")
            let none = try await client.get(server.url + "text", headers: [.contentEncoding: coding.description])
            #expect(none.status == .ok)
        }
    }

    @Test("reads content as it arrives", arguments: everyCase)
    func streaming(coding: ContentCoding, transport: Transport) async throws {
        let seen = Events<String>()
        let handler = RequestDecompression().wrapping { request in
            for try await bytes in request.body { seen.add(String(buffer: bytes)) }
            try await request.response.end("done")
        }
        try await withServer(over: transport, .bare, handler) { server, client in
            let (pieces, sender) = AsyncStream.makeStream(of: ByteBuffer.self)
            async let response = client.post(
                server.url,
                body: .stream(pieces),
                headers: [.contentEncoding: coding.description]
            )
            let compressor = try Compressor(coding)
            for (text, isLast) in [("first", false), ("second", true)] {
                var data = ByteBuffer()
                try compressor.compress(ByteBuffer(string: text), into: &data)
                if isLast { try compressor.finish(into: &data) } else { try compressor.flush(into: &data) }
                sender.yield(data)
                let read = try await seen.next()
                #expect(read == text, "before more is sent")
            }
            sender.finish()
            let text = try await response.text()
            #expect(text == "done")
        }
    }

    @Test("answers 413 for what expands too much", arguments: everyCase)
    func bombs(coding: ContentCoding, transport: Transport) async throws {
        let bomb = try Self.compress(ByteBuffer(repeating: 0x61, count: 80 << 20), coding)
        // More than enough of what does not compress, so that the ratio is not exceeded.
        var generator = SystemRandomNumberGenerator()
        let noise = ByteBuffer(bytes: (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let limits = Decompressor.Limits(maximumOutput: 99_999)
        let small = RequestDecompression(limits: limits).wrapping(Self.reading)
        let trusting = RequestDecompression(limits: .init(maximumOutput: 64 << 20, maximumRatio: .max))
            .wrapping { request in
                var count = 0
                for try await bytes in request.body { count += bytes.readableBytes }
                try await request.response.end("\(count)")
            }
        for (handler, data, message) in [
            (Self.handler, bomb, "The decompressed content is more than 250 times as long as its data."),
            (small, try Self.compress(noise, coding), "The decompressed content is longer than 99999 bytes."),
            (trusting, bomb, "The decompressed content is longer than 67108864 bytes."),
        ] {
            try await withServer(over: transport, .bare, handler) { server, client in
                let result = try await Self.post(client, server.url, data, coding.description)
                #expect(result.status == 413, "\(message)")
                #expect(result.text == message)
            }
        }
        // The limit of the handler.
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            let data = try Self.compress((0..<400_000).map(String.init).joined(separator: " "), coding)
            let result = try await Self.post(client, server.url, data, coding.description)
            #expect(result.status == 413)
            #expect(result.text == "The content is larger than the limit of 2097152 bytes.")
        }
    }

    @Test("answers 400 for what is malformed, too short or too long", arguments: everyCase)
    func malformed(coding: ContentCoding, transport: Transport) async throws {
        let whole = try Self.compress("Hello", coding)
        var long = whole
        long.writeBytes([0x61, 0x62])
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            for (data, message) in [
                (
                    ByteBuffer(string: "not compressed, and long enough for every head"),
                    "The compressed data are corrupt"
                ),
                (
                    try #require(whole.getSlice(at: 0, length: whole.readableBytes - 1)),
                    "The compressed data end too early."
                ),
                (long, "Something follows the compressed data."),
            ] {
                for path in ["text", "json", "form"] {
                    let type = ["json": "application/json", "form": "application/x-www-form-urlencoded"][path]
                    let result = try await Self.post(
                        client,
                        server.url + path,
                        data,
                        coding.description,
                        type: type ?? "text/plain"
                    )
                    #expect(result.status == 400)
                    #expect(result.text.hasPrefix(message), "\(result.text)")
                }
            }
        }
    }

    @Test("answers 415 for codings that are not accepted", arguments: Transport.allCases)
    func unaccepted(transport: Transport) async throws {
        let gzip = try RequestDecompression([.gzip]).wrapping(Self.reading)
        let none = try RequestDecompression([]).wrapping(Self.reading)
        for (handler, codings, accepted) in [
            (
                Self.handler, ["compress", "gzip, gzip", "deflate, gzip", "x-unknown", "gzip;q=1"],
                ContentCoding.accepted
            ),
            (gzip, ["deflate", "br", "zstd", "gzip, identity, deflate"], "gzip"),
            (none, ["gzip", "br"], "identity"),
        ] {
            try await withServer(over: transport, .bare, handler) { server, client in
                for coding in codings {
                    let result = try await Self.post(client, server.url, ByteBuffer(string: "abc"), coding)
                    #expect(result.status == 415, "\(coding)")
                    #expect(result.accepted == accepted)
                }
            }
        }
        try await withServer(over: transport, .bare, gzip) { server, client in
            for coding in ["gzip", "GZip", "x-gzip", "identity, gzip", "gzip,"] {
                let result = try await Self.post(client, server.url, try Self.compress("abc", .gzip), coding)
                #expect(result.status == 200 && result.text == "abc", "\(coding)")
            }
        }
    }

    @Test("can't be made with a coding that can't be undone")
    func invalid() {
        for coding in [ContentCoding.identity, .br, .zstd] where coding == .identity || !coding.isSupported {
            #expect(throws: MiddlewareError.invalidCoding(coding)) { _ = try RequestDecompression([.gzip, coding]) }
        }
        let description = "\(MiddlewareError.invalidCoding(.br))"
        #expect(description == "The content coding br is not built in: it takes a trait of the package martlet.")
    }

    @Test("sends 100 Continue when the content is read, and not for a coding that is not accepted")
    func expectContinue() async throws {
        let data = try Self.compress("abc", .gzip)
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(data.readableBytes)\r\nExpect: 100-continue\r\n"
        try await withServer(.bare, Self.handler) { server in
            let client = try await server.connect()
            client.send(head + "Content-Encoding: gzip\r\n\r\n")
            let interim = try await client.receive(25)
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send(data)
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
            let text = try await client.receive(answer.utf8.count)
            #expect(text == answer)
            let refused = try await server.transcript(of: head + "Content-Encoding: compress\r\n\r\n")
            #expect(
                refused == "HTTP/1.1 415 Unsupported Media Type\r\nAccept-Encoding: \(ContentCoding.accepted)\r\n"
                    + "Connection: close\r\nContent-Length: 46\r\n\r\nThe content has a coding that is not accepted."
            )
        }
    }

    @Test("is for those within, once, and leaves alone what the server refuses")
    func around() async throws {
        let outer = Around { handler in
            { request in
                try await handler(request)
            }
        }
        let data = try Self.compress(try Self.compress("abc", .gzip), .gzip)
        try await withBoundServer(.bare) { server in
            let middleware: [any Middleware] = [outer, RequestDecompression(), RequestDecompression()]
            let serving = Task { try await server.serve(around: middleware, Self.reading) }
            let client = try await server.connect()
            client.send(
                "POST /stream HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: \(data.readableBytes)\r\n\r\n"
            )
            client.send(data)
            let response = try await client.response()
            #expect(response.status == 200)
            #expect(response.content.starts(with: [0x1F, 0x8B]), "one coding was named, one undone")
            let refused = try await server.response(
                to: "POST /\u{1} HTTP/1.1\r\nHost: a\r\nContent-Encoding: x\r\nContent-Length: 1\r\n\r\na"
            )
            #expect(refused.status == 400)
            await server.close(force: true)
            try await serving.value
        }
    }
}
