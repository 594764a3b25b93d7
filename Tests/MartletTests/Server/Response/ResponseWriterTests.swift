import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What a response looks like on the wire, told without a socket.
@Suite struct ResponseWriterTests {
    /// One response: what the handler says and does, and the bytes that come of it.
    struct Exchange {
        var writer: ResponseWriter
        var draft = ResponseDraft(isPersistent: true)
        var output = OutputBuffer()
        let constants: HeadConstants

        init(_ method: HTTPRequest.Method = .get, _ version: HTTPVersion = .http1_1, mayPersist: Bool = true) {
            writer = ResponseWriter(.init(method: .init(method), version: version, mayPersist: mayPersist))
            var configuration = HTTPServer.Configuration()
            configuration.defaultResponseHeaders = [.contentType: "text/plain"]
            constants = HeadConstants(
                ServerSettings(configuration, version: 0),
                date: HTTPDate(secondsSince1970: 784_111_777)
            )
        }

        mutating func write(_ text: String) throws { try writer.write(.text(text), draft, constants, into: &output) }
        mutating func flush() throws { try writer.flush(draft, constants, into: &output) }
        mutating func end(_ text: String? = nil) throws {
            try writer.end(text.map { .text($0) } ?? .none, draft, constants, into: &output)
        }

        var wire: String {
            var wire = ""
            var copy = output
            copy.drain { wire += String(buffer: $0) }
            return wire
        }
    }

    static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

    @Test("A content that is ended with one call has its length announced")
    func endWithText() throws {
        var exchange = Exchange()
        try exchange.end("Hello, world!")
        #expect(exchange.wire == Self.head + "Content-Length: 13\r\n\r\nHello, world!")
        #expect(exchange.writer.isEnded && !exchange.writer.mustClose)
    }

    @Test("An empty response announces the length 0")
    func endWithoutContent() throws {
        var exchange = Exchange()
        try exchange.end()
        #expect(exchange.wire == Self.head + "Content-Length: 0\r\n\r\n")
    }

    @Test("Several writes are chunked, and small ones share a chunk (RFC 9112 section 7.1)")
    func chunked() throws {
        var exchange = Exchange()
        try exchange.write("Hello, ")
        try exchange.write("world!")
        #expect(exchange.wire == Self.head + "Transfer-Encoding: chunked\r\n\r\n")
        try exchange.flush()
        try exchange.write("More")
        try exchange.end()
        #expect(
            exchange.wire == Self.head
                + "Transfer-Encoding: chunked\r\n\r\nd\r\nHello, world!\r\n4\r\nMore\r\n0\r\n\r\n"
        )
    }

    @Test("Without buffering every write is a chunk of its own")
    func unbuffered() throws {
        var exchange = Exchange()
        exchange.draft.buffersOutput = false
        try exchange.write("a")
        try exchange.write("b")
        try exchange.end()
        #expect(exchange.wire.hasSuffix("\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"))
    }

    @Test("Trailers follow the last chunk (RFC 9110 section 6.5)")
    func trailers() throws {
        var exchange = Exchange()
        exchange.draft.trailers = [.eTag: "\"1\""]
        try exchange.end("x")
        #expect(exchange.wire == Self.head + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nETag: \"1\"\r\n\r\n")
    }

    @Test("HTTP/1.0 knows no chunks: the content ends with the connection (RFC 9112 section 6.3)")
    func untilClose() throws {
        var exchange = Exchange(.get, .http1_0)
        try exchange.write("a")
        try exchange.end()
        #expect(exchange.wire == Self.head + "Connection: close\r\n\r\na")
        #expect(exchange.writer.mustClose)
    }

    @Test("HTTP/1.0 is told that its connection persists")
    func keepAlive() throws {
        var exchange = Exchange(.get, .http1_0)
        try exchange.end("a")
        #expect(exchange.wire == Self.head + "Connection: keep-alive\r\nContent-Length: 1\r\n\r\na")
    }

    @Test("S8: CONNECT is not answered with success, unless a tunnel is opened (RFC 9110 section 9.3.6)")
    func connect() throws {
        for code in [200, 204, 206, 299] {
            var exchange = Exchange(.connect)
            exchange.draft.status = .init(code: code)
            try exchange.end("x")
            #expect(exchange.wire.hasPrefix("HTTP/1.1 501 Not Implemented\r\n"))
            #expect(exchange.wire.hasSuffix("\r\nContent-Length: 1\r\n\r\nx"))
            #expect(exchange.writer.summary.status == .notImplemented)
        }
        var refused = Exchange(.connect)
        refused.draft.status = .forbidden
        try refused.end("x")
        #expect(refused.wire.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
    }

    @Test("HEAD gets the head of GET and no content (RFC 9110 section 9.3.2)")
    func head() throws {
        var exchange = Exchange(.head)
        try exchange.end("Hello, world!")
        #expect(exchange.wire == Self.head + "Content-Length: 13\r\n\r\n")
        var streamed = Exchange(.head)
        try streamed.write("Hello")
        try streamed.end()
        #expect(streamed.wire == Self.head + "\r\n")
    }

    @Test("204 has no content, no length and no type (RFC 9110 section 15.3.5); 304 may tell the length")
    func bodiless() throws {
        var noContent = Exchange()
        noContent.draft.status = .noContent
        try noContent.end()
        #expect(noContent.wire == "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n")

        var notModified = Exchange()
        notModified.draft.status = .notModified
        notModified.draft.contentLength = 42
        try notModified.end()
        #expect(notModified.wire.hasSuffix("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 42\r\n\r\n"))

        var resetContent = Exchange()
        resetContent.draft.status = .resetContent
        try resetContent.end()
        #expect(resetContent.wire.hasSuffix("Content-Length: 0\r\n\r\n"))
    }

    @Test("Content where there must be none is an error, and nothing is written", arguments: [204, 205, 304])
    func contentNotAllowed(code: Int) {
        var exchange = Exchange()
        exchange.draft.status = .init(code: code)
        #expect(throws: HTTPServerError.contentNotAllowed(.init(code: code))) { try exchange.end("x") }
        #expect(exchange.wire.isEmpty)
    }

    @Test("A wrong length is an error, and nothing wrong is written")
    func contentLength() throws {
        var whole = Exchange()
        whole.draft.contentLength = 3
        #expect(throws: HTTPServerError.contentLengthExceeded(announced: 3, written: 4)) { try whole.end("abcd") }
        #expect(throws: HTTPServerError.contentLengthNotReached(announced: 3, written: 2)) { try whole.end("ab") }
        #expect(whole.wire.isEmpty)

        var parts = Exchange()
        parts.draft.headers = [.contentLength: "3"]
        try parts.write("ab")
        #expect(throws: HTTPServerError.contentLengthExceeded(announced: 3, written: 4)) { try parts.write("cd") }
        #expect(parts.wire.hasSuffix("Content-Length: 3\r\n\r\nab"))
        #expect(throws: HTTPServerError.contentLengthNotReached(announced: 3, written: 2)) { try parts.end() }
        #expect(!parts.writer.isEnded)
    }

    @Test("A field that would break the framing is refused, and nothing is written")
    func reservedFields() {
        let cases: [(HTTPFields, HTTPServerError)] = [
            ([.transferEncoding: "chunked"], .reservedField("Transfer-Encoding")),
            ([.connection: "upgrade"], .reservedField("Connection")),
            ([.contentLength: "1, 1"], .invalidContentLength("1, 1")),
            ([.contentLength: "-1"], .invalidContentLength("-1")),
            ([.contentLength: "+1"], .invalidContentLength("+1")),
        ]
        for (fields, error) in cases {
            var exchange = Exchange()
            exchange.draft.headers = fields
            #expect(throws: error) { try exchange.end("x") }
            #expect(exchange.wire.isEmpty)
        }
    }

    @Test("The handler's Date stands; Connection: close closes")
    func handlersOwnFields() throws {
        var exchange = Exchange()
        exchange.draft.headers = [.date: "mine", .connection: "close"]
        try exchange.end("x")
        #expect(exchange.wire == "HTTP/1.1 200 OK\r\nDate: mine\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")
        #expect(exchange.writer.mustClose)
    }

    @Test("Informational responses come before the final one, and only in HTTP/1.1 (RFC 9110 section 15.2)")
    func informational() throws {
        var exchange = Exchange()
        try exchange.writer.writeInformational(.earlyHints, [.link: "</a>"], into: &exchange.output)
        try exchange.end()
        #expect(exchange.wire.hasPrefix("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"))
        #expect(throws: HTTPServerError.headAlreadySent) {
            try exchange.writer.writeInformational(.earlyHints, [:], into: &exchange.output)
        }
        var old = Exchange(.get, .http1_0)
        try old.writer.writeInformational(.earlyHints, [:], into: &old.output)
        #expect(old.wire.isEmpty)
        #expect(throws: HTTPServerError.invalidStatus(200)) {
            try old.writer.writeInformational(.ok, [:], into: &old.output)
        }
    }

    @Test("A final response has a final status", arguments: [0, 99, 100, 103, 199, 600, 1000])
    func invalidStatus(code: Int) {
        var exchange = Exchange()
        exchange.draft.status = HTTPResponse.Status(integerLiteral: code % 1000)
        #expect(throws: HTTPServerError.invalidStatus(code % 1000)) { try exchange.end() }
    }

    @Test("Large contents are passed on without a copy, in order")
    func largeContent() throws {
        let large = String(repeating: "x", count: 40_000)
        var exchange = Exchange()
        try exchange.writer.end(
            .buffer(ByteBuffer(string: large)),
            exchange.draft,
            exchange.constants,
            into: &exchange.output
        )
        #expect(exchange.wire == Self.head + "Content-Length: 40000\r\n\r\n" + large)
    }
}
