import NIOCore
import Testing

@testable import tutorial

/// What is made of the bytes of HTTP/1.1 connections.
struct ConversationTests {
    /// Bytes that the client (`c`) or the server (`s`) sends.
    enum Piece {
        case c(String)
        case s(String)
    }

    /// The exchanges of a connection, the first one first, whether bytes come as given or one by one.
    private func exchanges(_ pieces: Piece...) -> [WireExchange] {
        let whole = read(pieces, size: .max)
        for size in [1, 2, 3, 7, 100] {
            #expect(read(pieces, size: size) == whole, "in pieces of \(size)")
        }
        return whole
    }

    private func read(_ pieces: [Piece], size: Int) -> [WireExchange] {
        var conversation = Conversation()
        var exchanges: [Int: WireExchange] = [:]
        for piece in pieces {
            let (bytes, isRequest) =
                switch piece {
                case .c(let text): (Array(text.utf8), true)
                case .s(let text): (Array(text.utf8), false)
                }
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = ByteBuffer(bytes: rest.prefix(size))
                rest = rest.dropFirst(size)
                let changes = isRequest ? conversation.receive(part) : conversation.send(part)
                exchanges.merge(changes) { $1 }
            }
        }
        return exchanges.sorted { $0.key < $1.key }.map(\.value)
    }

    private func message(
        _ head: String,
        _ content: WireMessage.Content = .none,
        _ contentBytes: Int = 0,
        isCut: Bool = false,
        isComplete: Bool = true
    ) -> WireMessage {
        WireMessage(
            head: head,
            content: content,
            contentBytes: contentBytes,
            isCut: isCut,
            isComplete: isComplete
        )
    }

    @Test func showsARequestAndItsResponse() {
        let exchanges = exchanges(
            .c("GET /?q=7 HTTP/1.1\r\nHost: a\r\nCookie: id=secret\r\n\r\n"),
            .s("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nSet-Cookie: id=x; Path=/\r\n\r\nfalse\n")
        )
        #expect(
            exchanges == [
                WireExchange(
                    version: .http1,
                    request: message("GET /?q=7 HTTP/1.1\nHost: a\nCookie: id=<left out>\n\n"),
                    response: message(
                        "HTTP/1.1 200 OK\nContent-Length: 6\nSet-Cookie: id=<left out>; Path=/\n\n",
                        .text("false\n"),
                        6
                    )
                )
            ]
        )
    }

    @Test func showsContentWithoutItsFraming() {
        let exchanges = exchanges(
            .c(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n7\r\nname=a&\r\n5\r\npassw\r\n7\r\nord=123\r\n0\r\n\r\n"
            ),
            .s("HTTP/1.1 204 No Content\r\n\r\n")
        )
        #expect(exchanges.count == 1)
        #expect(exchanges.first?.request.content == .text("name=a&password=<left out>"))
        #expect(exchanges.first?.request.contentBytes == 19)
        #expect(exchanges.first?.response == message("HTTP/1.1 204 No Content\n\n"))
    }

    @Test func showsTheBeginningOfLongContent() {
        let content = String(repeating: "ä", count: 300)
        let long = String(repeating: "0123456789", count: 200)
        let exchanges = exchanges(
            .c("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 601\r\n\r\nx\(content)"),
            .s("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n\(long)")
        )
        // Not half of a character.
        #expect(exchanges.first?.request.content == .text("x" + content.prefix(255)))
        #expect(exchanges.first?.request.isCut == true)
        #expect(exchanges.first?.response.content == .text(String(long.prefix(512))))
        #expect(exchanges.first?.response.contentBytes == 2_000)
        #expect(exchanges.first?.response.isComplete == true)
    }

    @Test func doesNotShowWhatIsNotText() {
        let exchanges = exchanges(
            .c("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            .s("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
            .s("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\u{0}c")
        )
        #expect(exchanges.map(\.response.content) == [.omitted("Compressed: gzip"), .omitted("Not text")])
        #expect(exchanges.map(\.response.contentBytes) == [3, 3])
    }

    @Test func tellsResponsesOfOneConnectionApart() {
        let exchanges = exchanges(
            .c(
                "HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
            ),
            .s("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
            .s("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"),
            .s("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
        )
        #expect(
            exchanges.map(\.request.head) == [
                "HEAD /1 HTTP/1.1\nHost: a\n\n", "GET /2 HTTP/1.1\nHost: a\n\n", "GET /3 HTTP/1.1\nHost: a\n\n",
            ]
        )
        #expect(
            exchanges.map(\.response) == [
                message("HTTP/1.1 200 OK\nContent-Length: 5\n\n"),
                message(
                    "HTTP/1.1 103 Early Hints\nLink: </a>\n\nHTTP/1.1 404 Not Found\nContent-Length: 2\n\n",
                    .text("no"),
                    2
                ),
                message("HTTP/1.1 200 OK\nContent-Length: 5\n\n", .text("ab"), 2, isComplete: false),
            ]
        )
    }

    @Test func waitsForTheClientToContinue() {
        let exchanges = exchanges(
            .c("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
            .s("HTTP/1.1 100 Continue\r\n\r\n"),
            .c("hi"),
            .s("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            .c("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        )
        #expect(exchanges.count == 2)
        #expect(exchanges.first?.request.content == .text("hi"))
        #expect(
            exchanges.first?.response.head
                == "HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nContent-Length: 0\n\n"
        )
        #expect(exchanges.last?.request.head == "GET /next HTTP/1.1\nHost: a\n\n")
        #expect(exchanges.last?.response == WireMessage())
    }

    @Test func showsResponsesThatEndWithTheConnection() {
        let exchanges = exchanges(
            .c("GET / HTTP/1.0\r\n\r\n"),
            .s("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")
        )
        #expect(exchanges.first?.response.content == .text("abc"))
        #expect(exchanges.first?.response.isComplete == false)
    }

    @Test("A malformed request is shown up to its first empty line, without its secrets")
    func showsMalformedRequests() {
        let exchanges = exchanges(
            .c("GET / HTTP/1.1\r\nBad Name: x\r\nAuthorization: Basic abc\r\n\r\npassword=hunter2"),
            .s("HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\nBad.")
        )
        #expect(exchanges.count == 1)
        #expect(exchanges.first?.request.head.hasPrefix("GET / HTTP/1.1\nBad Name: x\n") == true)
        #expect(exchanges.first?.request.head.contains("hunter2") == false)
        #expect(exchanges.first?.request.head.contains("abc") == false)
        #expect(exchanges.first?.note?.hasPrefix("The request is malformed: ") == true)
        #expect(exchanges.first?.response.content == .text("Bad."))
    }

    @Test func showsHeadsThatNeverEnd() {
        let exchanges = exchanges(
            .c("GET / HTTP/1.1\r\nHo"),
            .s("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        )
        #expect(exchanges.map(\.request) == [message("GET / HTTP/1.1\nHo", isComplete: false)])
        #expect(exchanges.map(\.response.head) == ["HTTP/1.1 408 Request Timeout\nContent-Length: 0\n\n"])
    }

    @Test func showsUpgrades() {
        let exchanges = exchanges(
            .c(
                "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n"
            ),
            .s("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\u{1}\u{0}"),
            .c("\u{1}\u{2}password")
        )
        #expect(exchanges.count == 1)
        #expect(exchanges.first?.response.head.hasPrefix("HTTP/1.1 101 Switching Protocols\n") == true)
        #expect(exchanges.first?.note == "Then another protocol: 10 bytes from the client, 2 from the server.")
    }

    @Test func goesOnAfterAnUpgradeThatIsRefused() {
        let exchanges = exchanges(
            .c(
                "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
            ),
            .s("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        )
        #expect(exchanges.map(\.request.isComplete) == [true, true])
        #expect(exchanges.map(\.note) == [nil, nil])
    }

    @Test func hasBounds() {
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        let many = exchanges(.c(String(repeating: request, count: 1_000)))
        #expect(many.count == HTTP1Conversation.openLimit)
        let long = exchanges(.c("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n"))
        #expect(long.first?.request.head.count == WireMessageRecorder.headLimit - 2 + 1)
        #expect(long.first?.request.head.hasSuffix("x…") == true)
    }
}
