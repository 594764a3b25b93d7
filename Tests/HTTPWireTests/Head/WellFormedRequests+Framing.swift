import HTTPWire

extension WellFormedRequests {
    static let framing: [WellFormedRequest] = [
        .init("method POST", "POST / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "POST" },
        .init("Connection: close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") {
            $0.isPersistent = false
        },
        .init("Connection: Close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n") {
            $0.isPersistent = false
        },
        .init("Connection: CLOSE", "GET / HTTP/1.1\r\nHost: a\r\nConnection: CLOSE\r\n\r\n") {
            $0.isPersistent = false
        },
        .init("Connection: keep-alive", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"),
        .init("Connection: Keep-Alive", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n"),
        .init("Connection: x, close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n") {
            $0.isPersistent = false
        },
        .init("Connection: close, x", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, x\r\n\r\n") {
            $0.isPersistent = false
        },
        .init("Connection:  , ,close", "GET / HTTP/1.1\r\nHost: a\r\nConnection:  , ,close\r\n\r\n") {
            $0.isPersistent = false
        },
        .init("Connection: closed", "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n"),
        .init("Connection: xclose", "GET / HTTP/1.1\r\nHost: a\r\nConnection: xclose\r\n\r\n"),
        .init("Connection: clos", "GET / HTTP/1.1\r\nHost: a\r\nConnection: clos\r\n\r\n"),
        .init("Connection: ", "GET / HTTP/1.1\r\nHost: a\r\nConnection: \r\n\r\n"),
        .init("Connection: close;x", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close;x\r\n\r\n"),
        .init(
            "Connection: keep-alive, close",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n"
        ) {
            $0.isPersistent = false
        },
        .init("Connection: upgrade", "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n"),
        .init("two Connections", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n") {
            $0.isPersistent = false
        },
        .init("Content-Length: 0", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") {
            $0.method = "POST"
            $0.framing = .contentLength(0)
        },
        .init("Content-Length: 5", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n") {
            $0.method = "POST"
            $0.framing = .contentLength(5)
        },
        .init("Content-Length: 05", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 05\r\n\r\n") {
            $0.method = "POST"
            $0.framing = .contentLength(5)
        },
        .init(
            "Content-Length: 00000000000000000000000000005",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 00000000000000000000000000005\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .contentLength(5)
        },
        .init(
            "Content-Length: 9223372036854775807",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .contentLength(9223372036854775807)
        },
        .init("content-length in lower case", "POST / HTTP/1.1\r\nHost: a\r\ncontent-length:5 \t\r\n\r\n") {
            $0.method = "POST"
            $0.framing = .contentLength(5)
        },
        .init("CONTENT-LENGTH in upper case", "POST / HTTP/1.1\r\nHost: a\r\nCONTENT-LENGTH: 5\r\n\r\n") {
            $0.method = "POST"
            $0.framing = .contentLength(5)
        },
        .init("Content-Length with GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello") {
            $0.framing = .contentLength(5)
            $0.rest = "hello"
        },
        .init("Content-Length in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\n\r\n") {
            $0.method = "POST"
            $0.framing = .contentLength(5)
            $0.version = .http1_0
            $0.isPersistent = false
        },
        .init(
            "Transfer-Encoding: chunked",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .chunked
        },
        .init(
            "Transfer-Encoding: Chunked",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .chunked
        },
        .init(
            "Transfer-Encoding: CHUNKED",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .chunked
        },
        .init(
            "Transfer-Encoding among blanks",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\t chunked \r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .chunked
        },
        .init(
            "transfer-encoding in lower case",
            "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .chunked
        },
        .init("no framing", "POST / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "POST" },
        .init(
            "look-alikes of Content-Length",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Lengt: 5\r\nContent-Lengths: 6\r\nContent_Length: 7\r\nContent-Lengtg: 8\r\n\r\n"
        ) {
            $0.method = "POST"
        },
        .init(
            "look-alikes of Transfer-Encoding",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encodinf: x\r\nTransfer-Encodings: x\r\nTransfer_Encoding: chunked\r\n\r\n"
        ) {
            $0.method = "POST"
        },
        .init(
            "Expect with content",
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .contentLength(5)
            $0.expectsContinue = true
        },
        .init(
            "Expect with chunks",
            "POST / HTTP/1.1\r\nHost: a\r\neXPECT: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .chunked
            $0.expectsContinue = true
        },
        .init("Expect without content", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n") {
            $0.method = "POST"
        },
        .init(
            "Expect with empty content",
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .contentLength(0)
        },
        .init(
            "Expect in HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
        ) {
            $0.method = "POST"
            $0.framing = .contentLength(5)
            $0.version = .http1_0
            $0.isPersistent = false
        },
        .init("another expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 5\r\n\r\n") {
            $0.method = "POST"
            $0.framing = .contentLength(5)
        },
        .init("Upgrade", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n") {
            $0.requestsUpgrade = true
        },
        .init(
            "Upgrade in a list",
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, upgrade\r\n\r\n"
        ) {
            $0.requestsUpgrade = true
        },
        .init("Upgrade without the connection option", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"),
        .init("the connection option without Upgrade", "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n"),
        .init("empty Upgrade", "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade:\r\n\r\n"),
        .init(
            "Upgrade in HTTP/1.0",
            "GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
        ) {
            $0.version = .http1_0
            $0.isPersistent = false
        },
    ]
}
