import HTTPTypes
import HTTPWire
import NIOCore
import NIOPosix
import Testing

@testable import Martlet

/// The exchanges of a client's connection that speaks HTTP/1, told in bytes, without a socket.
@Suite struct HTTP1ClientSessionTests {
    private typealias Session = HTTP1ClientSession

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let start = Self.start
    private static let head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"

    /// A connection that the pool has.
    private func session() -> Session {
        var session = Session(HTTPClient.Configuration(), at: Self.start)
        _ = session.join()
        return session
    }

    private func exchange(
        _ method: HTTPRequest.Method = .get,
        _ framing: OutgoingRequest.Framing = .none,
        content: ClientExchange.Content = .none,
        fields: HTTPFields? = nil,
        expectsContinue: Bool = false
    ) -> ClientExchange {
        var request = OutgoingRequest(method: method, target: "/", host: "h", framing: framing)
        request.fields = fields
        request.expectsContinue = expectsContinue
        return ClientExchange(key: PoolKey(host: "h", port: 80), request: request, content: content)
    }

    /// Begins an exchange. Returns what is sent for it.
    private func begin(_ session: inout Session, _ exchange: ClientExchange) throws -> String {
        var output = OutputBuffer()
        try session.begin(exchange, into: &output, at: start)
        return String(buffer: output.tail)
    }

    private func makeBody(announcedLength: Int?) -> BodyStream {
        BodyStream(eventLoop: MultiThreadedEventLoopGroup.singleton.next(), announcedLength: announcedLength) {}
    }

    /// The steps that `text` leads to, in words.
    private func steps(_ session: inout Session, _ text: String = "", isSent: Bool = true) -> [String] {
        guard session.receive(ByteBuffer(string: text), at: start) else { return ["not open"] }
        var words: [String] = []
        while true {
            switch session.next(makeBody) {
            case .none: return words
            case .checkSilence: return words + ["silence"]
            case .proceed: continue
            case .informational(let head): words.append("1xx \(head.statusCode)")
            case .deliver(let delivery): words.append("deliver \(delivery.head.statusCode)")
            case .detach(let head): return words + ["detach \(head.statusCode)"]
            case .refuseUpgrade: return words + ["refuse"]
            case .abort: return words + ["abort"]
            case .fail(let failure): return words + ["\(failure)".prefix { $0 != "(" }.description]
            case .finish(let trailers):
                guard var finished = session.finish(isSent: isSent) else { return words + ["no exchange"] }
                words.append("\(finished.step)")
                switch finished.ended.response.complete(trailers: trailers)?.content {
                case .whole(let bytes, _): words.append("whole \(String(buffer: bytes))")
                case nil: break
                case .some(.none): words.append("empty")
                case .stream: words.append("stream")
                }
            }
        }
    }

    // MARK: Requests and responses

    @Test("A response that arrives in one piece is delivered as a whole")
    func whole() throws {
        var session = session()
        #expect(try begin(&session, exchange()) == "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(session.isReused && !session.isFree && !session.mayBegin)
        #expect(steps(&session, Self.head + "abc") == ["release", "whole abc", "silence"])
        #expect(session.isFree && session.mayBegin)
        #expect(try begin(&session, exchange(.head)) == "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(steps(&session, Self.head) == ["release", "empty", "silence"])
    }

    @Test("One that arrives in pieces is delivered once its first is used up")
    func pieces() throws {
        var session = session()
        _ = try begin(&session, exchange())
        #expect(steps(&session, "HTTP/1.1 200 OK\r\n") == [])
        #expect(steps(&session, "Content-Length: 3\r\n\r\n") == ["deliver 200"])
        #expect(session.body?.announcedLength == 3)
        #expect(steps(&session, "ab") == [])
        #expect(steps(&session, "c") == ["release", "silence"])
        #expect(session.body == nil && session.exchange == nil)
    }

    @Test("Informational responses come before it")
    func informational() throws {
        var session = session()
        _ = try begin(&session, exchange())
        let hint = "HTTP/1.1 103 Early Hints\r\n\r\n"
        let words = ["1xx 103", "1xx 103", "release", "whole abc", "silence"]
        #expect(steps(&session, hint + hint + Self.head + "abc") == words)
    }

    @Test("What follows the response ends the connection, and so does a request that is not sent")
    func notReusable() throws {
        var early = session()
        _ = try begin(&early, exchange())
        #expect(steps(&early, Self.head + "abcd") == ["close", "whole abc"])
        var unsent = session()
        _ = try begin(&unsent, exchange())
        #expect(steps(&unsent, Self.head + "abc", isSent: false) == ["close", "whole abc"])
        #expect(steps(&unsent, Self.head) == ["not open"])
    }

    @Test("What arrives without a request is noticed")
    func unsolicited() {
        var session = session()
        #expect(steps(&session) == ["silence"])
        #expect(session.hasUnsolicitedBytes() == false)
        #expect(steps(&session, "HTTP/1.1 408 Request Timeout\r\n\r\n") == ["silence"])
        #expect(!session.mayBegin)
        #expect(session.hasUnsolicitedBytes() == true)
    }

    // MARK: The content of a request

    @Test("Content that is known is sent with the head")
    func wholeContent() throws {
        var session = session()
        let exchange = exchange(.put, .contentLength(3), content: .whole(.text("abc")))
        #expect(try begin(&session, exchange) == "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
        #expect(session.sendableBody == nil)
        #expect(steps(&session, Self.head + "abc") == ["release", "whole abc", "silence"])
    }

    @Test("Content that is longer or shorter than announced is refused, and nothing begins", arguments: [2, 4])
    func wrongLength(announced: Int) {
        var session = session()
        let exchange = exchange(.put, .contentLength(announced), content: .whole(.text("abc")))
        #expect(throws: HTTPClientError.self) { try begin(&session, exchange) }
        #expect(session.isFree && session.exchange == nil && !session.isReused)
    }

    @Test("Content that waits for 100 (Continue) is sent after that, once")
    func expectContinue() throws {
        var session = session()
        let exchange = exchange(.put, .contentLength(3), content: .whole(.text("abc")), expectsContinue: true)
        #expect(try begin(&session, exchange).hasSuffix("Expect: 100-continue\r\n\r\n"))
        #expect(steps(&session, "HTTP/1.1 100 Continue\r\n\r\n") == ["1xx 100"])
        var output = OutputBuffer()
        let other = self.exchange()
        #expect(try session.endContinueWait(of: other, into: &output, at: start) == false)
        #expect(try session.endContinueWait(of: exchange, into: &output, at: start) == true)
        #expect(try session.endContinueWait(of: exchange, into: &output, at: start) == false)
        #expect(String(buffer: output.tail) == "abc")
        session.sentContent(at: start)
        #expect(steps(&session, Self.head + "abc") == ["release", "whole abc", "silence"])
    }

    @Test("A final response instead of it leaves the content unsent")
    func refusedContinue() throws {
        var session = session()
        let exchange = exchange(.put, .contentLength(3), content: .whole(.text("abc")), expectsContinue: true)
        _ = try begin(&session, exchange)
        #expect(steps(&session, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n") == ["close", "empty"])
        var output = OutputBuffer()
        #expect(try session.endContinueWait(of: exchange, into: &output, at: start) == false)
        #expect(output.isEmpty)
    }

    @Test("Content is sent as it is written, until it ends or the server does not want it")
    func streamedContent() throws {
        for isRefused in [false, true] {
            var session = session()
            let body = OutgoingBody()
            #expect(try begin(&session, exchange(.put, .chunked, content: .stream(body))).hasSuffix("chunked\r\n\r\n"))
            #expect(session.sendableBody === body)
            var output = OutputBuffer()
            try session.write(.text("abc"), into: &output)
            session.sentContent(at: start)
            #expect(session.sendableBody === body)
            if isRefused {
                #expect(steps(&session, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") == ["close", "empty"])
                #expect(session.sendableBody == nil && body.isStopped)
            } else {
                try session.endRequest(trailers: [:], into: &output)
                session.sentContent(at: start)
                #expect(String(buffer: output.tail) == "3\r\nabc\r\n0\r\n\r\n")
                #expect(session.sendableBody == nil)
                #expect(steps(&session, Self.head + "abc") == ["release", "whole abc", "silence"])
            }
        }
    }

    // MARK: Dropped responses

    @Test("A little that is not read is drained, and more ends the connection")
    func drain() throws {
        for (text, words) in [("abc", ["release", "silence"]), ("abcd", ["abort"])] {
            var session = session()
            let exchange = exchange()
            _ = try begin(&session, exchange)
            let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            #expect(steps(&session, chunked) == ["deliver 200"])
            #expect(session.drop(self.exchange(), limit: 3, at: start) == .nothing)
            #expect(session.drop(exchange, limit: 3, at: start) == .drain)
            #expect(steps(&session, "\(text.count)\r\n\(text)\r\n0\r\n\r\n") == words)
        }
    }

    @Test("A response with more than is worth draining ends the exchange")
    func notDrained() throws {
        var session = session()
        let exchange = exchange()
        _ = try begin(&session, exchange)
        #expect(steps(&session, Self.head) == ["deliver 200"])
        #expect(session.drop(exchange, limit: 2, at: start) == .end)
        let failed = session.fail()
        #expect(failed?.exchange === exchange)
        let failsAgain = session.fail() != nil
        #expect(!failsAgain && !session.isOpen)
    }

    // MARK: Failures

    @Test("A response that is cut short or malformed fails, and what there is of it is delivered")
    func failures() throws {
        for (text, words) in [
            ("", ["closedBeforeHead"]), ("HTTP/1.1 20", ["closedBeforeHead"]), (Self.head + "ab", ["closedInContent"]),
        ] {
            var session = session()
            _ = try begin(&session, exchange())
            session.peerClosed()
            #expect(steps(&session, text) == words)
        }
        var malformed = session()
        let exchange = exchange()
        _ = try begin(&malformed, exchange)
        #expect(steps(&malformed, "SSH-2.0\r\n") == ["malformed"])
        let nothing = malformed.needsMore(makeBody)
        #expect(nothing == nil)
        #expect(!exchange.progress.hasAnswer)
        var begun = session()
        _ = try begin(&begun, exchange)
        begun.peerClosed()
        #expect(steps(&begun, Self.head + "ab") == ["closedInContent"])
        let delivery = begun.needsMore(makeBody)
        #expect(delivery?.head.statusCode == 200)
        #expect(exchange.progress.hasAnswer)
    }

    @Test("Content that only the end of the connection delimits is complete, unless that is an error")
    func untilClose() throws {
        var complete = session()
        _ = try begin(&complete, exchange())
        #expect(steps(&complete, "HTTP/1.1 200 OK\r\n\r\nabc") == ["deliver 200"])
        #expect(complete.channelClosed(isInOrder: false) == .finishReading)
        #expect(steps(&complete) == ["not open"])
        guard case .finish = complete.next(makeBody) else { Issue.record("It is not complete"); return }
        var cut = session()
        _ = try begin(&cut, exchange())
        #expect(steps(&cut, "HTTP/1.1 200 OK\r\n\r\nabc") == ["deliver 200"])
        cut.wasCutOff()
        _ = cut.channelClosed(isInOrder: false)
        guard case .fail(.closedInContent) = cut.next(makeBody) else { Issue.record("It does not fail"); return }
    }

    // MARK: Other protocols

    @Test("After 101, what follows is the other protocol's")
    func upgrade() throws {
        var session = session()
        _ = try begin(&session, exchange(fields: [.upgrade: "websocket"]))
        #expect(steps(&session, "HTTP/1.1 101 Switching Protocols\r\n\r\nabc") == ["detach 101"])
        #expect(String(buffer: session.detach()) == "abc")
        #expect(session.leavePool() == true)
        #expect(session.exchange == nil && !session.isOpen && !session.isFree)
        var refused = self.session()
        _ = try begin(&refused, exchange())
        #expect(steps(&refused, "HTTP/1.1 101 Switching Protocols\r\n\r\n") == ["refuse"])
    }

    @Test("A connection that another one replaces has closed, and its bytes are that one's")
    func replaced() {
        var session = Session(HTTPClient.Configuration(), at: start)
        #expect(steps(&session, "abc") == ["silence"])
        #expect(session.isFree)
        #expect(String(buffer: session.leave()) == "abc")
        #expect(!session.isFree && !session.isOpen)
        #expect(session.channelClosed(isInOrder: false) == .nothing)
    }
}
