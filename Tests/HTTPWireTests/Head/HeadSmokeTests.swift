import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@Suite struct HeadSmokeTests {
    @Test func request() throws {
        var parser = RequestHeadParser()
        var buffer = ByteBuffer(
            string: "\r\nGET /a?b=c HTTP/1.1\r\nHost: example.com:80\r\nX-Y:\t z \r\nConnection: close\r\n\r\nrest"
        )
        let head = try #require(try parser.parse(&buffer))
        #expect(head.method == .get)
        #expect(head.target == RequestTarget(raw: "/a?b=c", form: .origin))
        #expect(try head.fields.value(#require(HTTPField.Name("x-y"))) == "z")
        #expect(head.host == "example.com:80")
        #expect(!head.isPersistent)
        #expect(head.framing == .none)
        #expect(String(buffer: buffer) == "rest")
        #expect(head.fields.makeHTTPFields().map(\.name.rawName) == ["Host", "X-Y", "Connection"])
    }

    @Test func response() throws {
        var parser = ResponseHeadParser()
        var buffer = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        let head = try #require(try parser.parse(&buffer, requestMethod: .get))
        #expect(head.statusCode == 200)
        #expect(head.reasonPhrase == "OK")
        #expect(head.framing == .contentLength(5))
    }

    @Test func chunked() throws {
        var decoder = BodyDecoder(framing: .chunked)
        var buffer = ByteBuffer(string: "5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\nnext")
        guard case .data(let data) = try decoder.decode(&buffer) else { Issue.record(); return }
        #expect(String(buffer: data) == "hello")
        guard case .end(let trailers) = try decoder.decode(&buffer) else { Issue.record(); return }
        #expect(try trailers[#require(HTTPField.Name("X"))] == "y")
        #expect(String(buffer: buffer) == "next")
        #expect(decoder.isComplete)
    }

    @Test func write() throws {
        var buffer = ByteBuffer()
        buffer.writeStatusLine(.notFound)
        try buffer.writeField(.contentType, "text/plain")
        buffer.writeField(.contentLength, 120)
        buffer.writeEndOfHead()
        buffer.writeChunk(ByteBuffer(string: "0123456789abcdef"))
        try buffer.writeLastChunk()
        #expect(
            String(buffer: buffer)
                == "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 120\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"
        )
    }
}
