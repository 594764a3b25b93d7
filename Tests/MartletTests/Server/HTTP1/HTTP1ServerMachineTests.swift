import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import Martlet

/// What a server does with one connection of HTTP/1, told without a socket, a handler or a clock.
@Suite struct HTTP1ServerMachineTests {
    /// A machine, and what reads the content of its requests.
    private final class Connection {
        var machine: HTTP1ServerMachine
        var wantsContent = true

        init(headLimits: HeadLimits = HeadLimits(), mayBecomeHTTP2: Bool = false) {
            machine = HTTP1ServerMachine(
                headLimits: headLimits,
                bodyLimits: BodyLimits(),
                mayBecomeHTTP2: mayBecomeHTTP2
            )
        }

        @discardableResult
        func receive(_ text: String) -> HTTP1ServerMachine.Arrival {
            machine.receive(ByteBuffer(string: text))
        }

        func next() -> HTTP1ServerMachine.Step {
            machine.next(wantsContent: wantsContent)
        }

        /// Receives a request, and begins to answer it. How many bytes have arrived behind its head.
        @discardableResult
        func begin(_ text: String, requestLimit: Int? = nil) -> Int {
            receive(text)
            guard case .request(let head) = next() else {
                Issue.record("No request in \(text)")
                return 0
            }
            return machine.begin(head, requestLimit: requestLimit)
        }

        func hasRoom(wantsContent: Bool) -> Bool {
            machine.hasRoom(wantsContent: wantsContent)
        }

        func end(
            mustClose: Bool = false,
            mayReceiveMore: Bool = false,
            drainLimit: Int = 100
        ) -> HTTP1ServerMachine.Step {
            machine.exchangeEnded(mustClose: mustClose, mayReceiveMore: mayReceiveMore, drainLimit: drainLimit)
        }

        func contentIsWanted(isHeadWritten: Bool = false) -> Bool {
            machine.contentIsWanted(isHeadWritten: isHeadWritten)
        }

        func peerClosed() -> HTTP1ServerMachine.Step { machine.peerClosed() }

        func serverCloses() -> HTTP1ServerMachine.Step { machine.serverCloses() }

        func close() -> HTTP1ServerMachine.Step { machine.close() }

        func detach() -> ByteBuffer { machine.detach() }

        func mustClose(unreadLength: Int = 0) -> Bool {
            machine.mustClose(unreadLength: unreadLength, drainLimit: 100)
        }
    }

    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
    private static let expecting =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"

    // MARK: Requests, one after the other

    @Test("A connection awaits a head, then the rest of it, and hands out the request")
    func head() {
        let connection = Connection()
        #expect(connection.next() == .awaitHead(hasBegun: false))
        #expect(connection.receive("GET /a HT") == .process)
        #expect(connection.next() == .awaitHead(hasBegun: true))
        connection.receive("TP/1.1\r\nHost: a\r\n\r\n")
        #expect(connection.next() == .request(to: "GET /a"))
    }

    @Test("A connection is used again once the response is complete")
    func reuse() {
        let connection = Connection()
        for _ in 0..<3 {
            #expect(connection.machine.awaitsHead)
            connection.begin(Self.get)
            #expect(!connection.machine.awaitsHead)
            #expect(connection.machine.responding == .open(.notExpected))
            #expect(connection.next() == .none)
            #expect(!connection.mustClose())
            #expect(connection.end() == .none)
            #expect(connection.machine.persistence == .persistent)
        }
        #expect(connection.next() == .awaitHead(hasBegun: false))
    }

    @Test("A request that arrives early waits for the response to the one before")
    func pipelining() {
        let connection = Connection()
        #expect(connection.begin(Self.get + "GET /second HTTP/1.1\r\nHost: a\r\n\r\n") == 33)
        #expect(connection.next() == .none)
        #expect(connection.end() == .none)
        #expect(connection.next() == .request(to: "GET /second"))
    }

    @Test(
        "No request follows one that says that it is the last, or that nothing can follow",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n",
            "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
        ]
    )
    func lastRequest(_ text: String) {
        let connection = Connection()
        connection.begin(text)
        #expect(connection.machine.persistence == .lastRequest)
        #expect(connection.mustClose())
        #expect(connection.end() == .close(lingering: .zero))
        connection.receive(Self.get)
        #expect(connection.next() == .none)
    }

    @Test("The request that reaches the limit is the last")
    func requestLimit() {
        let connection = Connection()
        connection.begin(Self.get, requestLimit: 2)
        #expect(connection.end() == .none)
        connection.begin(Self.get, requestLimit: 2)
        #expect(connection.mustClose())
        #expect(connection.end(mayReceiveMore: true) == .close(lingering: LingeringClose.shortTime))
    }

    @Test("A response that nothing can follow closes the connection")
    func lastResponse() {
        let connection = Connection()
        connection.begin(Self.get)
        #expect(connection.end(mustClose: true) == .close(lingering: .zero))
        #expect(connection.machine.reading == .closed)
    }

    @Test("A client that has sent what will not be read gets the time to read what was sent to it")
    func lingering() {
        let connection = Connection()
        connection.begin("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET")
        #expect(connection.end() == .close(lingering: LingeringClose.time))
    }

    // MARK: Content

    @Test("Content goes to its reader, up to its end")
    func content() {
        let connection = Connection()
        connection.begin(Self.post + "he")
        #expect(connection.machine.reading == .content)
        #expect(connection.next() == .content(ByteBuffer(string: "he")))
        #expect(connection.next() == .none)
        connection.receive("lloGET")
        #expect(connection.next() == .content(ByteBuffer(string: "llo")))
        #expect(connection.next() == .contentEnd(trailers: [:]))
        #expect(connection.machine.reading == .head)
        #expect(connection.next() == .none)
        #expect(connection.end() == .none)
        #expect(connection.next() == .awaitHead(hasBegun: true))
    }

    @Test("Content waits while its reader has enough")
    func fullReader() {
        let connection = Connection()
        connection.wantsContent = false
        connection.begin(Self.post + "hello")
        #expect(connection.next() == .none)
        #expect(!connection.hasRoom(wantsContent: false))
        #expect(connection.hasRoom(wantsContent: true))
        connection.wantsContent = true
        #expect(connection.next() == .content(ByteBuffer(string: "hello")))
    }

    @Test("Requests that arrive early are taken as far as there is room")
    func room() {
        let connection = Connection()
        connection.begin(Self.get)
        #expect(connection.hasRoom(wantsContent: false))
        connection.receive(String(repeating: "x", count: BodyStream.highWaterMark))
        #expect(!connection.hasRoom(wantsContent: true))
    }

    @Test("Content that can't be understood fails, and the connection ends with the response")
    func malformedContent() {
        let connection = Connection()
        connection.begin("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")
        guard case .malformedContent = connection.next() else {
            Issue.record("The chunk was accepted")
            return
        }
        connection.wantsContent = false
        #expect(connection.end() == .none)
        #expect(connection.next() == .close(lingering: LingeringClose.time))
    }

    // MARK: Content that no handler reads

    @Test("The rest of a content is dropped, and the next request begins")
    func drained() {
        let connection = Connection()
        connection.begin(Self.post + "he")
        #expect(connection.end() == .none)
        #expect(connection.machine.reading == .draining(100))
        #expect(connection.next() == .none)
        #expect(connection.machine.reading == .draining(98))
        connection.receive("llo" + Self.get)
        #expect(connection.next() == .drained)
        #expect(connection.next() == .request(to: "GET /"))
    }

    @Test("No more of it is dropped than the limit says")
    func drainLimit() {
        let connection = Connection()
        connection.begin(Self.post + "he")
        #expect(connection.end(drainLimit: 4) == .none)
        #expect(connection.next() == .none)
        connection.receive("ll")
        #expect(connection.next() == .none)
        connection.receive("o")
        #expect(connection.next() == .close(lingering: LingeringClose.time))
        #expect(connection.next() == .none)
    }

    @Test("A client that closes in the middle of what is dropped is closed to")
    func closedWhileDraining() {
        let connection = Connection()
        connection.begin(Self.post + "he")
        #expect(connection.end() == .none)
        #expect(connection.peerClosed() == .none)
        #expect(connection.next() == .close(lingering: LingeringClose.time))
    }

    @Test("A response to more content than would be dropped says that the connection closes, unless a handler reads it")
    func tooMuch() {
        let connection = Connection()
        connection.begin("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\nx")
        #expect(connection.mustClose(unreadLength: 101))
        #expect(!connection.mustClose(unreadLength: 100))
        #expect(!connection.mustClose(unreadLength: 0))
    }

    // MARK: 100 (Continue)

    @Test("A client that waits for it is told once to send its content")
    func continues() {
        let connection = Connection()
        connection.begin(Self.expecting)
        #expect(connection.machine.responding == .open(.expected))
        #expect(connection.contentIsWanted())
        #expect(connection.machine.responding == .open(.sent))
        #expect(!connection.contentIsWanted())
        #expect(!connection.mustClose())
    }

    @Test("A client that does not wait for it, or no longer, is not told")
    func needsNoContinue() {
        let connection = Connection()
        connection.begin(Self.post)
        #expect(!connection.contentIsWanted())

        for early in ["h", "hello"] {
            let impatient = Connection()
            impatient.begin(Self.expecting + early)
            #expect(!impatient.contentIsWanted())
            #expect(!impatient.mustClose())
        }

        let late = Connection()
        late.begin(Self.expecting)
        late.receive("h")
        #expect(!late.contentIsWanted())
    }

    @Test("A client that has got the head of the response is not told")
    func noContinueBehindHead() {
        let connection = Connection()
        connection.begin(Self.expecting)
        #expect(!connection.contentIsWanted(isHeadWritten: true))
    }

    @Test("A response without it says that the connection closes, unless the content has begun to arrive")
    func withheld() {
        let connection = Connection()
        connection.begin(Self.expecting)
        #expect(connection.mustClose())
        connection.receive("h")
        #expect(!connection.mustClose())
    }

    @Test("What has arrived behind one request says nothing about the next")
    func continueOfSecond() {
        let connection = Connection()
        connection.begin(Self.post + "hello")
        #expect(connection.next() == .content(ByteBuffer(string: "hello")))
        #expect(connection.next() == .contentEnd(trailers: [:]))
        #expect(connection.end() == .none)
        connection.begin(Self.expecting)
        #expect(connection.contentIsWanted())
    }

    // MARK: A client that has finished sending

    @Test("A client that has finished sending is closed to when it awaits no response")
    func halfClosedIdle() {
        let connection = Connection()
        #expect(connection.peerClosed() == .none)
        #expect(connection.next() == .close(lingering: .zero))
    }

    @Test("A client that has finished sending gets its responses")
    func halfClosedBusy() {
        let connection = Connection()
        connection.begin(Self.get + Self.get)
        #expect(connection.peerClosed() == .none)
        #expect(!connection.machine.isCutOff)
        #expect(connection.end() == .none)
        connection.begin("")
        #expect(connection.end() == .none)
        #expect(connection.next() == .close(lingering: .zero))
    }

    @Test("A head that never ends is refused")
    func halfClosedHead() {
        let connection = Connection()
        connection.receive("GET / HT")
        #expect(connection.next() == .awaitHead(hasBegun: true))
        #expect(connection.peerClosed() == .none)
        #expect(connection.next() == .refuse(HTTPParseError(.truncatedHead, at: 8)))
    }

    @Test("A request whose content never ends is cut off")
    func cutOff() {
        let connection = Connection()
        connection.begin(Self.post)
        #expect(connection.peerClosed() == .cutOff)
        #expect(connection.machine.isCutOff)
    }

    @Test("What has arrived of the content is read before the request is cut off")
    func cutOffLater() {
        let connection = Connection()
        connection.wantsContent = false
        connection.begin(Self.post + "he")
        #expect(connection.next() == .none)
        #expect(connection.peerClosed() == .none)
        // Whether or not the handler reads it.
        #expect(connection.next() == .content(ByteBuffer(string: "he")))
        #expect(connection.next() == .cutOff)
    }

    @Test("A content that has arrived whole is read although the client has finished sending")
    func halfClosedContent() {
        let connection = Connection()
        connection.wantsContent = false
        connection.begin(Self.post + "hello")
        #expect(connection.peerClosed() == .none)
        connection.wantsContent = true
        #expect(connection.next() == .content(ByteBuffer(string: "hello")))
        #expect(connection.next() == .contentEnd(trailers: [:]))
        #expect(!connection.machine.isCutOff)
    }

    @Test("A handler that is cancelled because its client may be gone answers the last request")
    func cancelledHandler() {
        let connection = Connection()
        connection.begin(Self.get + Self.get)
        #expect(connection.peerClosed() == .none)
        connection.machine.handlerCancelled()
        #expect(connection.machine.persistence == .handlerCancelled)
        #expect(connection.mustClose())
        #expect(connection.end() == .close(lingering: LingeringClose.time))
    }

    // MARK: The end of the server

    @Test("A server that closes closes a connection without a request at once")
    func shutdownIdle() {
        let connection = Connection()
        #expect(connection.serverCloses() == .close(lingering: .zero))
        #expect(connection.serverCloses() == .none)
    }

    @Test("Of a request that has only begun, nothing more is read")
    func shutdownInHead() {
        let connection = Connection()
        connection.receive("GET / HT")
        #expect(connection.next() == .awaitHead(hasBegun: true))
        #expect(connection.serverCloses() == .close(lingering: LingeringClose.time))
    }

    @Test("A server that closes lets the present request be answered, and no other")
    func shutdownBusy() {
        let connection = Connection()
        connection.begin(Self.get)
        #expect(!connection.mustClose())
        #expect(connection.serverCloses() == .none)
        connection.machine.handlerCancelled()
        #expect(connection.machine.persistence == .serverCloses)
        #expect(connection.mustClose())
        #expect(connection.end(mayReceiveMore: true) == .close(lingering: LingeringClose.shortTime))
    }

    @Test("A server that is about to close answers a request that comes all the same, as the last one")
    func leaving() {
        let connection = Connection()
        connection.machine.serverLeaves()
        #expect(connection.machine.isBetweenRequests)
        #expect(connection.next() == .awaitHead(hasBegun: false))
        connection.begin(Self.get + Self.get)
        #expect(!connection.machine.isBetweenRequests)
        #expect(connection.mustClose())
        #expect(connection.end(mustClose: true, mayReceiveMore: true) == .close(lingering: LingeringClose.time))
    }

    @Test("A server that is about to close waits for a request after a response that did not say so")
    func leavingUntold() {
        let connection = Connection()
        connection.begin(Self.get)
        connection.machine.serverLeaves()
        #expect(connection.end(mayReceiveMore: true) == .none)
        #expect(connection.next() == .awaitHead(hasBegun: false))
        connection.begin(Self.get)
        #expect(connection.end(mustClose: true, mayReceiveMore: true) == .close(lingering: LingeringClose.shortTime))
    }

    @Test("A server that is about to close does not change what ends the connection before")
    func leavingLast() {
        let connection = Connection()
        connection.begin(Self.get, requestLimit: 1)
        connection.machine.serverLeaves()
        #expect(connection.machine.persistence == .lastRequest)
        #expect(connection.end(mayReceiveMore: true) == .close(lingering: LingeringClose.shortTime))
        let other = Connection()
        other.machine.serverLeaves()
        #expect(other.peerClosed() == .none)
        #expect(other.next() == .close(lingering: .zero))
        let third = Connection()
        third.machine.serverLeaves()
        #expect(third.serverCloses() == .close(lingering: .zero))
    }

    @Test("A server that closes drops nothing more of a content")
    func shutdownWhileDraining() {
        let connection = Connection()
        connection.begin(Self.post)
        #expect(connection.end() == .none)
        #expect(connection.serverCloses() == .close(lingering: LingeringClose.time))
    }

    // MARK: Requests that are refused

    @Test("What can't be understood is refused, and nothing behind it is read")
    func refusal() {
        let connection = Connection()
        connection.receive("GET /\r\n\r\n" + Self.get)
        guard case .refuse(let error) = connection.next() else {
            Issue.record("The request line was accepted")
            return
        }
        connection.machine.beginRefusal()
        #expect(error.status.code == 400)
        #expect(connection.machine.refusedHead.method == .get)
        #expect(connection.next() == .none)
        #expect(connection.mustClose())
        #expect(connection.end(mustClose: true) == .close(lingering: LingeringClose.time))
    }

    @Test("A head that takes too long can be refused before it is complete")
    func refusalOfBeginning() {
        let connection = Connection()
        connection.receive("GET /slow HTTP/1.1\r\nHost: a\r\n")
        #expect(connection.next() == .awaitHead(hasBegun: true))
        connection.machine.beginRefusal()
        connection.receive("\r\n")
        #expect(connection.next() == .none)
        #expect(connection.end(mustClose: true) == .close(lingering: LingeringClose.time))
    }

    // MARK: Other protocols

    @Test("A connection that is handed over reads nothing, and leaves what has arrived to the other protocol")
    func detached() {
        let connection = Connection()
        connection.begin("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: chat\r\nConnection: upgrade\r\n\r\nhello")
        #expect(connection.detach() == ByteBuffer(string: "hello"))
        #expect(connection.machine.reading == .detached)
        #expect(connection.next() == .none)
        #expect(connection.serverCloses() == .none)
        #expect(connection.machine.persistence == .serverCloses)
        #expect(connection.machine.wait(isBodyStarving: true) == .nothing)
    }

    @Test("The preface of HTTP/2 is noticed, in however many pieces it comes")
    func preface() {
        let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        let whole = Connection(mayBecomeHTTP2: true)
        #expect(whole.receive(preface + "frames") == .becomeHTTP2)
        #expect(whole.detach() == ByteBuffer(string: preface + "frames"))

        let slow = Connection(mayBecomeHTTP2: true)
        // CR LF is one character.
        for byte in preface.unicodeScalars.dropLast() {
            #expect(slow.receive(String(byte)) == .awaitPreface)
        }
        #expect(slow.receive("\n") == .becomeHTTP2)
    }

    @Test("What is not the preface of HTTP/2 is a request, and so is all that follows")
    func noPreface() {
        let connection = Connection(mayBecomeHTTP2: true)
        #expect(connection.receive("P") == .awaitPreface)
        #expect(connection.receive("OST / HTTP/1.1\r\nHost: a\r\n\r\n") == .process)
        #expect(connection.next() == .request(to: "POST /"))

        let other = Connection()
        #expect(other.receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == .process)
    }

    @Test("The preface of HTTP/2 is none after a request")
    func latePreface() {
        let connection = Connection(mayBecomeHTTP2: true)
        connection.begin(Self.get)
        #expect(connection.end() == .none)
        #expect(connection.receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == .process)
    }

    // MARK: Deadlines

    @Test("A connection tells what it waits for")
    func waits() {
        let connection = Connection()
        #expect(connection.machine.wait(isBodyStarving: false) == .request)
        connection.begin(Self.post)
        #expect(connection.machine.wait(isBodyStarving: false) == .handler)
        #expect(connection.machine.wait(isBodyStarving: true) == .content)
        #expect(connection.end() == .none)
        #expect(connection.machine.wait(isBodyStarving: false) == .content)
        connection.receive("hello")
        #expect(connection.next() == .drained)
        #expect(connection.machine.wait(isBodyStarving: false) == .request)
        connection.begin(Self.get)
        #expect(connection.machine.wait(isBodyStarving: true) == .handler)
        #expect(connection.end(mustClose: true) == .close(lingering: .zero))
        #expect(connection.machine.wait(isBodyStarving: false) == .nothing)
    }

    @Test("A channel that has closed leaves nothing to do")
    func closed() {
        let connection = Connection()
        connection.begin(Self.post + "hello")
        connection.machine.closed()
        #expect(connection.next() == .none)
        #expect(connection.close() == .none)
        #expect(connection.machine.wait(isBodyStarving: true) == .nothing)
    }
}

extension HTTP1ServerMachine.Step: Equatable {
    /// A request with the method and the target given.
    fileprivate static func request(to start: String) -> Self {
        var bytes = ByteBuffer(string: "\(start) HTTP/1.1\r\nHost: a\r\n\r\n")
        var parser = RequestHeadParser()
        guard let head = try? parser.parse(&bytes) else { return .none }
        return .request(head)
    }

    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.none, .none), (.cutOff, .cutOff), (.drained, .drained):
            true
        case (.request(let left), .request(let right)):
            left.method == right.method && left.target.raw == right.target.raw
        case (.content(let left), .content(let right)):
            left == right
        case (.contentEnd(let left), .contentEnd(let right)):
            left == right
        case (.malformedContent(let left), .malformedContent(let right)), (.refuse(let left), .refuse(let right)):
            left == right
        case (.awaitHead(let left), .awaitHead(let right)):
            left == right
        case (.close(let left), .close(let right)):
            left == right
        default:
            false
        }
    }
}
