import HTTPTypes
import HTTPWire
import NIOCore
import NIOPosix
import Testing

@testable import Martlet

/// How a response gets to its requester, told without a connection.
@Suite struct ResponseInboxTests {
    private func head(_ fields: String = "Content-Length: 6\r\n") throws -> ResponseHead {
        var parser = ResponseHeadParser(limits: HeadLimits())
        var bytes = ByteBuffer(string: "HTTP/1.1 200 OK\r\n\(fields)\r\n")
        return try #require(try parser.parse(&bytes, requestMethod: .get))
    }

    private func stream(_ announcedLength: Int?) -> BodyStream {
        BodyStream(
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            announcedLength: announcedLength,
            capacity: 4
        ) {}
    }

    /// A delivery in words.
    private func words(_ delivery: ResponseInbox.Delivery?) -> String {
        guard let delivery else { return "nothing" }
        return switch delivery.content {
        case .none: "\(delivery.head.statusCode)"
        case .whole(let bytes, let trailers): "\(delivery.head.statusCode) \(String(buffer: bytes)) +\(trailers.count)"
        case .stream(let stream): "\(delivery.head.statusCode) stream of \(stream.announcedLength ?? -1)"
        }
    }

    private func read(_ inbox: ResponseInbox) async throws -> String {
        String(buffer: try await HTTPBody(source: inbox.body).collect(upTo: 100))
    }

    @Test("A response that has arrived at once is delivered as a whole")
    func whole() throws {
        var inbox = ResponseInbox()
        #expect(inbox.isEmpty)
        inbox.receive(try head())
        #expect(!inbox.isEmpty && !inbox.isDelivered && inbox.wantsBytes)
        #expect(words(inbox.receive(ByteBuffer(string: "abcdef"), stream)) == "nothing")
        #expect(inbox.bufferedBytes == 6)
        #expect(words(inbox.complete(trailers: [:])) == "200 abcdef +0")
        #expect(!inbox.isDelivered)
    }

    @Test("One without content has none, unless there are fields after it")
    func none() throws {
        var inbox = ResponseInbox()
        inbox.receive(try head())
        #expect(words(inbox.complete(trailers: [:])) == "200")
        inbox = ResponseInbox()
        inbox.receive(try head())
        #expect(words(inbox.complete(trailers: [.accept: "a"])) == "200  +1")
    }

    @Test("One that goes on is delivered once, when what has arrived is used up, and its content follows")
    func stream() async throws {
        var inbox = ResponseInbox()
        #expect(words(inbox.needsMore(stream)) == "nothing")
        inbox.receive(try head())
        #expect(words(inbox.receive(ByteBuffer(string: "ab"), stream)) == "nothing")
        #expect(words(inbox.needsMore(stream)) == "200 stream of 6")
        #expect(inbox.isDelivered && !inbox.isEmpty && inbox.wantsBytes)
        #expect(words(inbox.needsMore(stream)) == "nothing")
        #expect(words(inbox.receive(ByteBuffer(string: "cd"), stream)) == "nothing")
        #expect(!inbox.wantsBytes)
        #expect(inbox.bufferedBytes == 4)
        #expect(words(inbox.complete(trailers: [.accept: "a"])) == "nothing")
        let content = try await read(inbox)
        #expect(content == "abcd")
        let trailers = try await inbox.body?.trailers()
        #expect(trailers == [.accept: "a"])
    }

    @Test("One without a length whose head comes alone has a stream of unknown length")
    func unknownLength() throws {
        var inbox = ResponseInbox()
        inbox.receive(try head("Transfer-Encoding: chunked\r\n"))
        #expect(words(inbox.needsMore(stream)) == "200 stream of -1")
        #expect(inbox.bufferedBytes == 0)
    }

    @Test("The second run of a content makes it a stream, with the runs in order")
    func secondRun() async throws {
        var inbox = ResponseInbox()
        inbox.receive(try head())
        #expect(words(inbox.receive(ByteBuffer(string: "ab"), stream)) == "nothing")
        #expect(words(inbox.receive(ByteBuffer(string: "cd"), stream)) == "200 stream of 6")
        #expect(words(inbox.receive(ByteBuffer(string: "ef"), stream)) == "nothing")
        #expect(words(inbox.complete(trailers: [:])) == "nothing")
        let content = try await read(inbox)
        #expect(content == "abcdef")
    }

    @Test("One that fails before it is delivered is dropped")
    func failedBefore() throws {
        var inbox = ResponseInbox()
        inbox.receive(try head())
        _ = inbox.receive(ByteBuffer(string: "ab"), stream)
        inbox.fail(HTTPBodyError.connectionClosed)
        #expect(!inbox.isDelivered)
        #expect(words(inbox.needsMore(stream)) == "nothing")
        #expect(words(inbox.complete(trailers: [:])) == "nothing")
    }

    @Test("One that fails afterwards has an error behind what has arrived")
    func failedAfter() async throws {
        var inbox = ResponseInbox()
        inbox.receive(try head())
        _ = inbox.receive(ByteBuffer(string: "ab"), stream)
        _ = inbox.needsMore(stream)
        inbox.fail(HTTPBodyError.connectionClosed)
        #expect(words(inbox.complete(trailers: [:])) == "nothing")
        let body = try #require(inbox.body)
        let run = try await body.next(isFirst: true)
        #expect(run.map { String(buffer: $0) } == "ab")
        await #expect(throws: HTTPBodyError.connectionClosed) { try await body.next(isFirst: false) }
    }
}
