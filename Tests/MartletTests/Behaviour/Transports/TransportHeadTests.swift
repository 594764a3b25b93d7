import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

/// HEAD gets the head of GET (RFC 9110 section 9.3.2), however the handler answers.
@Suite("S6: a response to HEAD, over every transport", .timeLimit(.minutes(5)))
struct TransportHeadTests {
    private static let long = String(repeating: "<p>text</p>\n", count: 500)

    private static let handler: HTTPServer.Handler = { request in
        let response = request.response
        switch request.url.path {
        case "/text": try await response.end(long)
        case "/short": try await response.end("short")
        case "/empty": try await response.end()
        case "/nothing": break
        case "/json": try await response.end(json: [long])
        case "/announced", "/announced-field":
            if request.url.path == "/announced" {
                response.contentLength = long.utf8.count
            } else {
                response.headers[.contentLength] = "\(long.utf8.count)"
            }
            try await response.write(long)
        case "/announced-short":
            response.contentLength = 5
            try await response.write("short")
        case "/announced-flushed":
            response.contentLength = long.utf8.count
            try await response.flush()
            try await response.write(long)
            try await response.end()
        case "/parts":
            for _ in 0..<3 { try await response.write(long) }
        case "/flushed":
            try await response.write("a")
            try await response.flush()
            try await response.end(long)
        case "/unbuffered":
            response.buffersOutput = false
            try await response.write(long)
        case "/trailers":
            response.trailers = [.serverTiming: "a"]
            try await response.end(long)
        case "/redirect": try await response.redirect(to: "/")
        case "/error": throw HTTPError(.notFound, long)
        case "/failure": throw CancellationError()
        case "/too-much":
            response.contentLength = 3
            try await response.end("more")
        case "/too-much-in-parts":
            response.contentLength = 3
            try await response.write("more")
        case "/204": response.status = .noContent
        case "/204-content":
            response.status = .noContent
            try await response.end("content")
        case "/304":
            response.status = .notModified
            response.headers[.eTag] = "\"a\""
        case "/205": response.statusCode = 205
        case "/file":
            let file = try await OpenFile.open(#filePath)
            try await response.end(file, 0..<file.byteCount())
        case "/small-file":
            try await response.end(try await OpenFile.open(#filePath), 0..<9)
        default: throw HTTPError(.badRequest)
        }
    }

    private static let targets = [
        "/text", "/short", "/empty", "/nothing", "/json", "/announced", "/announced-field", "/announced-short",
        "/announced-flushed", "/parts", "/flushed", "/unbuffered", "/trailers", "/redirect", "/error", "/failure",
        "/too-much", "/too-much-in-parts", "/204", "/204-content", "/304", "/205", "/file", "/small-file",
    ]

    @Test("has the head that GET gets", arguments: Transport.allCases, [true, false])
    func heads(transport: Transport, compresses: Bool) async throws {
        let configuration = HTTPServer.Configuration().with {
            $0.autoCompress = compresses
            $0.logger = HTTPServer.Configuration.bare.logger
            $0.sendsDate = false
        }
        try await withServer(
            over: transport,
            configuration,
            client: {
                $0.decompresses = false
                $0.followsRedirects = false
            },
            Self.handler
        ) { server, client in
            let base = String(server.url.dropLast())
            for target in Self.targets {
                let fields: HTTPFields = [.acceptEncoding: "gzip"]
                let whole = try await client.get(base + target, headers: fields)
                let content = try await whole.collect()
                let head = try await client.head(base + target, headers: fields)
                #expect(head.status == whole.status, "\(target)")
                // How the content is framed is the message's own affair, and the client's to know.
                #expect(
                    Self.lines(head.headers) == Self.lines(whole.headers),
                    "\(target)"
                )
                #expect(try await head.collect().readableBytes == 0)
                if let length = whole.headers.contentLength, whole.status.code != 304 {
                    #expect(content.readableBytes == length, "\(target)")
                }
            }
        }
    }

    private static func lines(_ fields: HTTPFields) -> [String] {
        fields.filter { $0.name != .transferEncoding && $0.name != .connection }.map { "\($0.name): \($0.value)" }
    }

    @Test("with a length that the handler announces and does not write does not promise it for compressed bytes")
    func announcedForHead() async throws {
        let configuration = HTTPServer.Configuration.bare.with { $0.autoCompress = true }
        try await withServer(configuration) { request in
            request.response.headers[.contentType] = "text/plain"
            request.response.contentLength = 5_000
        } test: { server in
            let gzip = try await server.response(to: "HEAD / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
            #expect(
                gzip.description == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: accept-encoding\r\n"
                    + "Content-Encoding: gzip\r\n\r\n"
            )
            let plain = try await server.response(to: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(plain["Content-Length"] == "5000" && plain["Content-Encoding"] == nil)
        }
    }

    @Test(
        "S20: without content has no type of it",
        arguments: Transport.allCases,
        [HTTPResponse.Status.noContent, .notModified, .resetContent]
    )
    func contentless(transport: Transport, status: HTTPResponse.Status) async throws {
        try await withServer(over: transport, HTTPServer.Configuration()) { request in
            request.response.status = status
            if request.target == "/set" { request.response.headers[.contentType] = "text/html" }
            if request.target == "/thrown" { throw HTTPError(status, headers: [.eTag: "\"a\""]) }
        } test: { server, client in
            for target in ["", "set", "thrown"] {
                for method in [HTTPRequest.Method.get, .head] {
                    let response = try await client.send(method, server.url + target)
                    #expect(response.status.code == status.code)
                    #expect(response.headers[.contentType] == nil)
                    #expect(response.headers[.xContentTypeOptions] == "nosniff")
                }
            }
        }
    }
}
