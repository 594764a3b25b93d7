import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore
import Testing

@Suite("Decompression of requests")
struct RequestDecompressionTests {
    private static let handler = RequestDecompression().wrapping(CodedRequest.reading)

    @Test("lets handlers read content in any way", arguments: CodedRequest.everyCase)
    func reading(coding: ContentCoding, transport: Transport) async throws {
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            for (path, type, content, answer) in [
                ("text", "text/plain", CodedRequest.text, CodedRequest.text),
                ("stream", "text/plain", CodedRequest.text, CodedRequest.text),
                ("parsed", "text/plain", "abc", "abc"), ("json", "application/json", "{\"a\":5}", "5"),
                ("form", "application/x-www-form-urlencoded", "a=b", "b"),
                ("form", formType, form(("name=a", "b")), "b"),
                ("multipart", formType, form(("name=a", "b"), ("name=c", "d")), "bd"),
                ("unread", "text/plain", CodedRequest.text, "unread"), ("text", "text/plain", "", ""),
            ] {
                let data = try CodedRequest.compress(content, coding)
                let result = try await CodedRequest.post(
                    client,
                    server.url + path,
                    data,
                    coding.description,
                    type: type
                )
                #expect(result.status == 200 && result.text == answer, "\(path) \(type)")
            }
        }
    }

    @Test("takes away what is no longer true", arguments: CodedRequest.everyCase)
    func fields(coding: ContentCoding, transport: Transport) async throws {
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            let data = try CodedRequest.compress(CodedRequest.text, coding)
            let coded = try await CodedRequest.post(client, server.url + "fields", data, coding.description)
            #expect(coded.text == "- - - \(CodedRequest.text.utf8.count)")
            let plain = try await CodedRequest.post(client, server.url + "fields", ByteBuffer(string: "abc"), nil)
            #expect(plain.text == "- 3 3 3")
            let identity = try await CodedRequest.post(
                client,
                server.url + "fields",
                ByteBuffer(string: "abc"),
                "Identity"
            )
            #expect(identity.text == "Identity 3 3 3")
            let none = try await client.get(server.url + "text", headers: [.contentEncoding: coding.description])
            #expect(none.status == .ok)
        }
    }

    @Test("reads content as it arrives", arguments: CodedRequest.everyCase)
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

    @Test("is for those within, once, and leaves alone what the server refuses")
    func around() async throws {
        let data = try CodedRequest.compress(try CodedRequest.compress("abc", .gzip), .gzip)
        try await withBoundServer(.bare) { server in
            let middleware: [any Middleware] = [RequestDecompression(), RequestDecompression()]
            let serving = Task { try await server.serve(around: middleware, CodedRequest.reading) }
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

    @Test("goes around a group of routes", arguments: CodedRequest.everyCase)
    func group(coding: ContentCoding, transport: Transport) async throws {
        struct Sample: Codable {
            var value: Int
        }
        var router = Router()
        router.group("/metrics", use: RequestDecompression()) { metrics in
            metrics.post("/") { request in
                let samples = try await request.json([Sample].self)
                try await request.response.end("\(samples.map(\.value))")
            }
        }
        router.post("/other") { request in
            try await request.response.end(try await request.text())
        }
        try await withServer(over: transport, .bare, router.handler) { server, client in
            let data = try CodedRequest.compress("[{\"value\":1},{\"value\":2}]", coding)
            for (path, status, text) in [
                ("metrics/", 200, "[1, 2]"),
                ("other", 415, "The content has a Content-Encoding; send it without one."),
            ] {
                let name = coding.description
                let result = try await CodedRequest.post(
                    client,
                    server.url + path,
                    data,
                    name,
                    type: "application/json"
                )
                #expect(result.status == status && result.text == text)
            }
        }
    }
}
