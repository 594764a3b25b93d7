import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What a response comes to over HTTP/2, told without a stream.
@Suite struct HTTP2ResponseEncoderTests {
    /// One response: what the handler says and does, and what comes of it.
    private struct Exchange {
        var writer: ResponseWriter
        var draft = ResponseDraft(isPersistent: true)
        var response = HTTP2ResponseEncoder()
        let constants = HeadConstants(ServerSettings(HTTPServer.Configuration(), version: 0), date: nil)

        init(_ method: HTTPRequest.Method = .get) {
            writer = ResponseWriter(.init(method: .init(method), version: .http2, mayPersist: true))
        }

        mutating func write(_ text: String) throws { try writer.write(.text(text), draft, constants, into: &response) }

        mutating func end(_ text: String = "") throws {
            try writer.end(text.isEmpty ? .none : .text(text), draft, constants, into: &response)
        }

        /// The content, as far as it has been put out.
        var content: String {
            var output = response.content
            var content = ""
            output.drain { content += String(buffer: $0) }
            return content
        }
    }

    @Test("A response of which nothing was changed is left to be sent in one piece")
    func defaultResponse() throws {
        var exchange = Exchange()
        try exchange.end("hello")
        #expect(exchange.response.takeHead() == nil && exchange.content == "")
        let taken = exchange.response.takeDefault()
        let content = try #require(taken)
        #expect(String(buffer: content.buffer) == "hello")
        #expect(exchange.response.defaultContent == nil)
        #expect(exchange.writer.isEnded && !exchange.writer.mustClose)
        exchange.response.appendAsAny(default: content)
        #expect(exchange.content == "hello")
        let head = exchange.response.takeHead()
        #expect(head?.status == .ok && head?.contentLength == 5 && head?.isChunked == false)
        #expect(head?.fields == nil)
    }

    @Test("A content that is ended with one call has its length announced")
    func whole() throws {
        var exchange = Exchange()
        exchange.draft.status = .created
        try exchange.end("hello")
        #expect(exchange.response.defaultContent == nil)
        #expect(exchange.content == "hello")
        let head = exchange.response.takeHead()
        #expect(head?.status == .created && head?.contentLength == 5 && head?.isChunked == false)
        #expect(head?.fields == nil)
        #expect(exchange.response.head == nil)
        #expect(exchange.writer.isEnded && !exchange.writer.mustClose)
    }

    @Test("Writes are put out as they are, without a length or chunks")
    func writes() throws {
        var exchange = Exchange()
        try exchange.write("hel")
        try exchange.write("lo")
        try exchange.end()
        #expect(exchange.content == "hello")
        #expect(exchange.response.head?.contentLength == nil)
        #expect(exchange.response.head?.isPersistent == true)
        #expect(exchange.response.trailers == nil)
    }

    @Test("Trailers follow the content")
    func trailers() throws {
        var exchange = Exchange()
        exchange.draft.trailers = [.eTag: "\"a\""]
        try exchange.end("hello")
        #expect(exchange.response.trailers == [.eTag: "\"a\""])
        #expect(exchange.content == "hello")
    }

    @Test("Trailers that must not be any leave the response open")
    func forbiddenTrailers() throws {
        var exchange = Exchange()
        exchange.draft.trailers = [.contentLength: "1"]
        #expect(throws: HTTPServerError.self) { try exchange.end("hello") }
        #expect(exchange.response.trailers == nil && !exchange.writer.isEnded)
    }

    @Test("Fields about the connection and the framing are not sent")
    func connectionFields() throws {
        var exchange = Exchange()
        exchange.draft.status = .upgradeRequired
        exchange.draft.headers = [.connection: "upgrade", .upgrade: "chat", .contentLength: "5", .date: "now"]
        try exchange.end("hello")
        let head = try #require(exchange.response.head)
        #expect(head.fields?.filter { head.sends($0) }.map(\.name) == [.upgrade, .date])
        #expect(head.contentLength == 5 && head.hasDate)
    }

    @Test("A field that can't be sent leaves nothing behind")
    func invalidField() throws {
        var exchange = Exchange()
        exchange.draft.headers = [.transferEncoding: "chunked"]
        #expect(throws: HTTPServerError.reservedField("Transfer-Encoding")) { try exchange.end("hello") }
        #expect(exchange.response.head == nil && exchange.response.content.isEmpty)
        #expect(!exchange.writer.isHeadWritten)
    }

    @Test("A response to HEAD has the head of that to GET, and no content")
    func head() throws {
        var exchange = Exchange(.head)
        try exchange.end("hello")
        #expect(exchange.response.head?.contentLength == 5)
        #expect(exchange.content == "")
    }
}
