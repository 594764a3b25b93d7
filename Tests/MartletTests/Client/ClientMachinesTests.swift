import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

@Suite("The client's machines, byte by byte")
struct ClientMachinesTests {
    private func reader(_ method: HTTPRequest.Method = .get) -> HTTP1ResponseReader {
        var reader = HTTP1ResponseReader(headLimits: HeadLimits(), bodyLimits: BodyLimits(), maximumInformational: 2)
        reader.expectResponse(to: method)
        return reader
    }

    /// The events of `text`, which comes in pieces of `size`, as words.
    private func events(
        _ text: String,
        to method: HTTPRequest.Method = .get,
        pieces size: Int = .max,
        closes: Bool = false
    ) -> [String] {
        var reader = reader(method)
        var words: [String] = []
        var rest = Array(text.utf8)[...]
        repeat {
            reader.append(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
            if rest.isEmpty, closes { reader.peerClosed() }
            loop: while true {
                switch reader.next() {
                case .needsMoreBytes: break loop
                case .informational(let head): words.append("1xx \(head.statusCode)")
                case .head(let head): words.append("head \(head.statusCode)")
                case .content(let bytes):
                    if words.last?.hasPrefix("content ") == true {
                        words[words.count - 1] += String(buffer: bytes)
                    } else {
                        words.append("content \(String(buffer: bytes))")
                    }
                case .end(let trailers): words.append(trailers.isEmpty ? "end" : "end \(trailers.count)")
                case .failed(let failure):
                    words.append("\(failure)".prefix { $0 != "(" }.description)
                    return words
                }
            }
        } while !rest.isEmpty
        if reader.isIdle { words.append("idle") }
        return words
    }

    @Test("Responses are cut out of bytes, however they come", arguments: [1, 2, 3, 7, Int.max])
    func responses(_ size: Int) {
        let ok = "HTTP/1.1 200 OK\r\n"
        #expect(
            events("\(ok)Content-Length: 3\r\n\r\nabc", pieces: size) == ["head 200", "content abc", "end", "idle"]
        )
        #expect(events("\(ok)Content-Length: 0\r\n\r\n", pieces: size) == ["head 200", "end", "idle"])
        #expect(events("\(ok)Content-Length: 3\r\n\r\n", to: .head, pieces: size) == ["head 200", "end", "idle"])
        #expect(events("HTTP/1.1 304 X\r\nContent-Length: 3\r\n\r\n", pieces: size) == ["head 304", "end", "idle"])
        #expect(
            events("\(ok)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n", pieces: size)
                == ["head 200", "content abc", "end 1", "idle"]
        )
        #expect(
            events("HTTP/1.1 103 A\r\n\r\nHTTP/1.1 100 B\r\n\r\n\(ok)Content-Length: 0\r\n\r\n", pieces: size)
                == ["1xx 103", "1xx 100", "head 200", "end", "idle"]
        )
        #expect(events("\(ok)\r\nabc", pieces: size, closes: true) == ["head 200", "content abc", "end"])
    }

    @Test("What is wrong is told apart", arguments: [1, 5, Int.max])
    func failures(_ size: Int) {
        let ok = "HTTP/1.1 200 OK\r\n"
        let hint = "HTTP/1.1 103 A\r\n\r\n"
        #expect(events("", closes: true) == ["closedBeforeHead"])
        #expect(events("HTTP/1.1 20", pieces: size, closes: true) == ["closedBeforeHead"])
        #expect(
            events("\(ok)Content-Length: 3\r\n\r\nab", pieces: size, closes: true)
                == ["head 200", "content ab", "closedInContent"]
        )
        #expect(events(hint + hint + hint, pieces: size) == ["1xx 103", "1xx 103", "tooManyInformational"])
        #expect(events("\(ok)Content-Length: 0\r\n\r\nx", pieces: size) == ["head 200", "end", "unsolicited"])
        #expect(events("SSH-2.0\r\n", pieces: size) == ["malformed"])
    }

    @Test("Requests are these bytes")
    func writer() throws {
        var output = OutputBuffer()
        var writer = HTTP1RequestWriter()
        var request = OutgoingRequest(method: .put, target: "/a", host: "h:1", framing: .contentLength(3))
        request.fields = [.cookie: "a=b; c=d", .accept: "*/*", .contentLength: "7"]
        request.isPersistent = false
        request.expectsContinue = true
        try writer.writeHead(request, into: &output)
        try writer.write(.text("abc"), into: &output)
        #expect(writer.isEnded)
        #expect(
            String(buffer: output.tail)
                == "PUT /a HTTP/1.1\r\nHost: h:1\r\nCookie: a=b; c=d\r\nAccept: */*\r\nConnection: close\r\n"
                + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"
        )
        #expect(throws: HTTPClientError.contentLengthExceeded(announced: 3, written: 4)) {
            try writer.write(.text("d"), into: &output)
        }
        for (field, value) in [("A", "b\r\nc"), ("Transfer-Encoding", "chunked")] {
            var broken = OutgoingRequest(method: .get, target: "/", host: "h")
            broken.fields = HTTPFields()
            broken.fields?.append(HTTPField(name: try #require(HTTPField.Name(field)), value: value))
            var output = OutputBuffer()
            var writer = HTTP1RequestWriter()
            if value == "chunked" {
                #expect(throws: HTTPClientError.self) { try writer.writeHead(broken, into: &output) }
                #expect(output.isEmpty)
            } else {
                try writer.writeHead(broken, into: &output)
                #expect(!String(buffer: output.tail).contains("\r\nc"))
            }
        }
        var smuggling = OutgoingRequest(method: .get, target: "/ HTTP/1.1\r\nX: y", host: "h")
        var other = HTTP1RequestWriter()
        var nothing = OutputBuffer()
        #expect(throws: HTTPClientError.self) { try other.writeHead(smuggling, into: &nothing) }
        smuggling.target = "/"
        smuggling.host = "h\r\nX: y"
        #expect(throws: HTTPClientError.self) { try other.writeHead(smuggling, into: &nothing) }
        #expect(nothing.isEmpty)
    }

    // MARK: An exchange

    @Test("A response that has arrived is there for its requester, whatever becomes of the connection")
    func exchangeFailures() async throws {
        var reader = reader()
        reader.append(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"))
        guard case .head(let head) = reader.next() else { Issue.record("no head"); return }
        func exchange() -> ClientExchange {
            ClientExchange(
                key: PoolKey(host: "h", port: 80),
                request: OutgoingRequest(method: .get, target: "/", host: "h")
            )
        }
        let arrived = exchange()
        arrived.deliver(IncomingResponse(head: head, body: nil, connection: nil))
        arrived.connectionFailed(HTTPBodyError.connectionClosed)
        #expect(try await arrived.response().head.statusCode == 200)

        let lost = exchange()
        lost.connectionFailed(HTTPClientError.connectionClosed)
        lost.deliver(IncomingResponse(head: head, body: nil, connection: nil))
        await #expect(throws: HTTPClientError.connectionClosed) { _ = try await lost.response() }

        let cancelled = exchange()
        cancelled.deliver(IncomingResponse(head: head, body: nil, connection: nil))
        cancelled.fail(CancellationError())
        await #expect(throws: CancellationError.self) { _ = try await cancelled.response() }
    }
}
