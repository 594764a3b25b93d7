import HTTPTypes
import HTTPWire
import Martlet
import MartletWeb
import NIOCore
import Testing

@Suite("Compressed requests that are refused")
struct RequestDecompressionRefusalTests {
    private static let handler = RequestDecompression().wrapping(CodedRequest.reading)

    @Test("answers 413 for what expands too much", arguments: CodedRequest.everyCase)
    func bombs(coding: ContentCoding, transport: Transport) async throws {
        let bomb = try CodedRequest.compress(ByteBuffer(repeating: 0x61, count: 80 << 20), coding)
        // More than enough of what does not compress, so that the ratio is not exceeded.
        var generator = SystemRandomNumberGenerator()
        let noise = ByteBuffer(bytes: (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let limits = Decompressor.Limits(maximumOutput: 99_999)
        let small = RequestDecompression(limits: limits).wrapping(CodedRequest.reading)
        let trusting = RequestDecompression(limits: .init(maximumOutput: 64 << 20, maximumRatio: .max))
            .wrapping { request in
                var count = 0
                for try await bytes in request.body { count += bytes.readableBytes }
                try await request.response.end("\(count)")
            }
        for (handler, data, message) in [
            (Self.handler, bomb, "The decompressed content is more than 250 times as long as its data."),
            (small, try CodedRequest.compress(noise, coding), "The decompressed content is longer than 99999 bytes."),
            (trusting, bomb, "The decompressed content is longer than 67108864 bytes."),
        ] {
            try await withServer(over: transport, .bare, handler) { server, client in
                let result = try await CodedRequest.post(client, server.url, data, coding.description)
                #expect(result.status == 413, "\(message)")
                #expect(result.text == message)
            }
        }
        // The limit of the handler.
        try await withServer(over: transport, .bare, Self.handler) { server, client in
            let data = try CodedRequest.compress((0..<400_000).map(String.init).joined(separator: " "), coding)
            let result = try await CodedRequest.post(client, server.url, data, coding.description)
            #expect(result.status == 413)
            #expect(result.text == "The content is larger than the limit of 2097152 bytes.")
        }
    }

    @Test("answers 400 for what is malformed, too short or too long", arguments: CodedRequest.everyCase)
    func malformed(coding: ContentCoding, transport: Transport) async throws {
        let whole = try CodedRequest.compress("Hello", coding)
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
                    let result = try await CodedRequest.post(
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
        let gzip = try RequestDecompression([.gzip]).wrapping(CodedRequest.reading)
        let none = try RequestDecompression([]).wrapping(CodedRequest.reading)
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
                    let result = try await CodedRequest.post(client, server.url, ByteBuffer(string: "abc"), coding)
                    #expect(result.status == 415, "\(coding)")
                    #expect(result.accepted == accepted)
                }
            }
        }
        try await withServer(over: transport, .bare, gzip) { server, client in
            for coding in ["gzip", "GZip", "x-gzip", "identity, gzip", "gzip,"] {
                let result = try await CodedRequest.post(
                    client,
                    server.url,
                    try CodedRequest.compress("abc", .gzip),
                    coding
                )
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
        let data = try CodedRequest.compress("abc", .gzip)
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
}
