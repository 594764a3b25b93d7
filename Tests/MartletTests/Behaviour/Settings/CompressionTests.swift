import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@Suite("autoCompress")
struct CompressionTests {
    private static let text = String(repeating: "All work and no play makes Jack a dull boy. ", count: 200)
    private static let configuration = HTTPServer.Configuration.bare.with {
        $0.autoCompress = true
        $0.defaultResponseHeaders = [.contentType: "text/plain; charset=utf-8"]
    }

    @Test(
        "chooses by the weights of Accept-Encoding",
        arguments: [
            ("gzip", "gzip"), ("deflate", "deflate"), ("gzip, deflate", "gzip"), ("GZIP", "gzip"),
            ("gzip;q=1.0", "gzip"), ("gzip;q=0.5, deflate;q=0.9", "deflate"), ("*", "zstd br gzip"),
            ("zstd;q=0, br;q=0, gzip;q=0, *", "deflate"), ("identity", nil), ("gzip;q=0", nil), ("compress", nil),
            ("gzip;q=0.1, identity;q=0.9", nil), ("", nil), (nil, nil),
            ("br", "br"), ("zstd", "zstd"), ("gzip, deflate, br", "br gzip"), ("ZStd, BR", "zstd br"),
            ("gzip, deflate, br, zstd", "zstd br gzip"), ("zstd;q=0.8, br;q=0.9, gzip;q=0.7", "br zstd gzip"),
            ("zstd;q=0, *", "br gzip"), ("identity;q=0, br;q=0.001", "br"), ("brotli", nil),
            ("zstd;q=0.1, identity;q=0.9", nil),
        ] as [(String?, String?)]
    )
    func negotiation(accepted: String?, preferred: String?) async throws {
        // The first of which the library is built in.
        let coding = preferred?.split(separator: " ").map(String.init).first { ContentCoding($0)?.isSupported == true }
        try await withServer(Self.configuration) { request in
            try await request.response.end(Self.text)
        } test: { server in
            let request = accepted.map { get("/", "Accept-Encoding: \($0)") } ?? get()
            let response = try await server.response(to: request)
            #expect(response["Content-Encoding"] == coding)
            #expect(response["Vary"] == "accept-encoding", "whatever was chosen, others would get something else")
            #expect(response["Content-Length"] == "\(response.content.count)")
            #expect(try Self.decompress(response) == Self.text)
            #expect(coding == nil || response.content.count < Self.text.utf8.count / 2)
        }
    }

    @Test("compresses what is written in parts", arguments: Self.codings)
    func streaming(coding: String) async throws {
        try await withServer(Self.configuration) { request in
            for _ in 0..<100 { try await request.response.write(Self.text) }
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get("/", "Accept-Encoding: \(coding)"))
                let response = try await client.response()
                #expect(response["Content-Encoding"] == coding)
                #expect(response["Transfer-Encoding"] == "chunked")
                #expect(response["Content-Length"] == nil)
                #expect(try Self.decompress(response) == String(repeating: Self.text, count: 100))
            }
        }
    }

    @Test("lets the client read what was flushed", arguments: Self.codings)
    func flush(coding: String) async throws {
        let proceed = Events<Void>()
        try await withServer(Self.configuration) { request in
            try await request.response.write("first")
            try await request.response.flush()
            try await proceed.next()
            try await request.response.end("second")
        } test: { server in
            let client = try await server.connect()
            client.send(get("/", "Accept-Encoding: \(coding)"))
            let head = try await client.receive(through: "\r\n\r\n")
            #expect(head.contains("Content-Encoding: \(coding)\r\n"))
            // The first chunk arrives although the response goes on.
            let line = try await client.receive(through: "\r\n")
            var chunk = ByteBuffer(bytes: try await client.receiveBytes(try #require(Int(line.dropLast(1), radix: 16))))
            var text = ByteBuffer()
            try Decompressor(try #require(ContentCoding(coding))).decompress(&chunk, into: &text)
            #expect(text == ByteBuffer(string: "first"))
            proceed.add()
            _ = try await client.receive(through: "\r\n0\r\n\r\n")
        }
    }

    @Test("tells for HEAD what GET would tell")
    func head() async throws {
        try await withServer(Self.configuration) { request in
            try await request.response.end(Self.text)
        } test: { server in
            let get = try await server.response(to: get("/", "Accept-Encoding: gzip"))
            let head = try await server.response(to: "HEAD / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
            #expect(head.fields.map(\.name) == get.fields.map(\.name))
            #expect(head.fields.map(\.value) == get.fields.map(\.value))
            #expect(head.content.isEmpty)
        }
    }

    @Test("keeps the trailers")
    func trailers() async throws {
        try await withServer(Self.configuration) { request in
            request.response.trailers = [.serverTiming: "a"]
            try await request.response.end(Self.text)
        } test: { server in
            let response = try await server.response(to: get("/", "Accept-Encoding: gzip"))
            #expect(response["Content-Encoding"] == "gzip")
            #expect(try Self.decompress(response) == Self.text)
            #expect(response.trailers.map(\.value) == ["a"])
        }
    }

    enum Reason: String, CaseIterable {
        case coded, binary, partial, range, noTransform, unbuffered, small, empty, off
    }

    @Test("leaves alone what must not be compressed or gains nothing", arguments: Reason.allCases)
    func untouched(reason: Reason) async throws {
        let configuration = Self.configuration.with { if reason == .off { $0.autoCompress = false } }
        try await withServer(configuration) { request in
            let response = request.response
            switch reason {
            case .coded: response.headers[.contentEncoding] = "br"
            case .binary: response.headers[.contentType] = "image/jpeg"
            case .partial: response.status = .partialContent
            case .range: response.headers[.contentRange] = "bytes 0-1/2"
            case .noTransform: response.headers[.cacheControl] = "public, no-transform"
            case .unbuffered: response.buffersOutput = false
            case .small: return try await response.end(String(Self.text.prefix(1023)))
            case .empty: return try await response.end()
            case .off: break
            }
            try await response.end(Self.text)
        } test: { server in
            let response = try await server.response(to: get("/", "Accept-Encoding: gzip"))
            #expect(response["Content-Encoding"] == (reason == .coded ? "br" : nil))
            #expect(Self.text.hasPrefix(response.text))
            #expect(response["Content-Length"] == "\(response.content.count)")
        }
    }

    @Test(
        "weakens the entity tag, for the bytes are others now",
        arguments: [("\"1\"", "W/\"1\""), ("W/\"1\"", "W/\"1\"")]
    )
    func entityTag(tag: String, weak: String) async throws {
        try await withServer(Self.configuration) { request in
            request.response.headers[.eTag] = tag
            try await request.response.end(Self.text)
        } test: { server in
            let compressed = try await server.response(to: get("/", "Accept-Encoding: gzip"))
            #expect(compressed["ETag"] == weak)
            let plain = try await server.response(to: get())
            #expect(plain["ETag"] == tag)
        }
    }

    @Test(
        "adds to Vary",
        arguments: [("Cookie", "Cookie, accept-encoding"), ("Accept-Encoding", "Accept-Encoding"), ("*", "*")]
    )
    func vary(before: String, after: String) async throws {
        try await withServer(Self.configuration) { request in
            request.response.headers[.vary] = before
            try await request.response.end(Self.text)
        } test: { server in
            let response = try await server.response(to: get("/", "Accept-Encoding: gzip"))
            #expect(response["Vary"] == after)
        }
    }

    @Test("checks an announced length against what was written")
    func contentLength() async throws {
        try await withServer(Self.configuration) { request in
            request.response.contentLength = Self.text.utf8.count + (request.target == "/" ? 0 : 1)
            try await request.response.end(Self.text)
        } test: { server in
            let right = try await server.response(to: get("/", "Accept-Encoding: gzip"))
            #expect(right["Content-Length"] == "\(right.content.count)")
            #expect(try Self.decompress(right) == Self.text)
            let wrong = try await server.response(to: get("/wrong", "Accept-Encoding: gzip"))
            #expect(wrong.status == 500)
        }
    }

    @Test("can be switched while the server runs")
    func runtime() async throws {
        try await withServer(Self.configuration) { request in
            try await request.response.end(Self.text)
        } test: { server in
            let client = try await server.connect()
            for isOn in [true, false, true] {
                server.autoCompress = isOn
                #expect(server.autoCompress == isOn)
                client.send(get("/", "Accept-Encoding: gzip"))
                let response = try await client.response()
                #expect((response["Content-Encoding"] == "gzip") == isOn)
            }
        }
    }

    private static let codings = ContentCoding.supported.filter { $0 != .identity }.map(\.description)

    private static func decompress(_ response: RawResponse) throws -> String {
        guard let name = response["Content-Encoding"] else { return response.text }
        let decompressor = try Decompressor(try #require(ContentCoding(name)))
        var input = ByteBuffer(bytes: response.content)
        var output = ByteBuffer()
        while input.readableBytes > 0 { try decompressor.decompress(&input, into: &output) }
        try decompressor.finish()
        return String(buffer: output)
    }
}
