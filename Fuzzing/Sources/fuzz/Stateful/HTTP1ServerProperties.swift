import HTTPTypes
import HTTPWire

/// Drives a server with what clients of HTTP/1.1 send, cut, delayed, changed and broken off as the input says. What the
/// server sends has to be responses; to requests that nothing was done to, the right ones; and nothing may be left when the
/// client has gone.
enum HTTP1ServerProperties {
    private struct Exchange {
        var request: [UInt8]
        /// The status and the content of the response; no content where that is not of interest.
        var status: Int
        var content: [UInt8]?
        /// Whether the server closes after it.
        var closes = false
        /// Whether the response may be none, or cut off.
        var isOpenEnded = false

        init(_ head: String, _ body: String = "", _ status: Int = 200, _ content: String? = nil, closes: Bool = false) {
            let (line, fields) = head.split(separator: "\n", maxSplits: 1).map(String.init).pair
            var text = line + (line.hasSuffix("HTTP/1.0") ? "" : " HTTP/1.1") + "\r\nHost: a\r\n"
            for field in fields.split(separator: "\n") { text += field + "\r\n" }
            request = Array((text + "\r\n" + body).utf8)
            self.status = status
            self.content = content.map { Array($0.utf8) }
            self.closes = closes
        }

        static func openEnded(_ head: String, _ body: String = "") -> Exchange {
            var exchange = Exchange(head, body)
            exchange.isOpenEnded = true
            return exchange
        }
    }

    private static let large = String(repeating: "0123456789", count: 7_000)

    private static let exchanges: [Exchange] = [
        Exchange("GET /text", "", 200, "Hello"),
        Exchange("HEAD /text", "", 200, ""),
        Exchange("POST /echo\nContent-Length: 10", "0123456789", 200, "0123456789"),
        Exchange(
            "POST /echo\nTransfer-Encoding: chunked",
            "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nA: b\r\n\r\n",
            200,
            "abcdefg"
        ),
        Exchange("GET /stream", "", 200, "01234"),
        Exchange("POST /early\nContent-Length: 12", "not read ...", 200, "early"),
        Exchange("GET /throw", "", 500),
        Exchange("POST /late\nContent-Length: 5", "later", 200, "later"),
        Exchange("GET /big", "", 200, String(repeating: "b", count: 200_000)),
        Exchange("GET /session", "", 200, "session"),
        Exchange("POST /echo\nExpect: 100-continue\nContent-Length: 4", "wait", 200, "wait"),
        Exchange("GET /nothing", "", 404, "nothing"),
        Exchange("GET /trailers", "", 200, "with trailers"),
        Exchange("GET /info", "", 200, "informed"),
        Exchange("GET /gate", "", 200, "gate"),
        Exchange("POST /collect\nContent-Length: 1001", String(repeating: "c", count: 1_001), 413, closes: true),
        Exchange("GET /refuse", "", 403),
        Exchange("GET /length", "", 200, "0123456789"),
        Exchange("PUT /echo\nContent-Length: 70000", large, 200, large),
        Exchange("PUT /late\nTransfer-Encoding: chunked", "11170\r\n\(large)\r\n0\r\n\r\n", 200, large),
        Exchange("GET /text HTTP/1.0", "", 200, "Hello", closes: true),
        Exchange("GET /text\nConnection: close", "", 200, "Hello", closes: true),
        .openEnded("GET /never"), .openEnded("GET /half"), .openEnded("GET /short"), .openEnded("GET /half HTTP/1.0"),
        .openEnded("POST /detach\nContent-Length: 3", "abc"), .openEnded("CONNECT a:443"),
        .openEnded(
            "GET /ws\nUpgrade: websocket\nConnection: upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
        ),
        .openEnded("POST /early\nContent-Length: 9999999"),
        .openEnded("OPTIONS *"), .openEnded("PRI * HTTP/1.0"),
    ]

    static func check(_ bytes: [UInt8]) {
        var script = Script(bytes)
        let server = script.byte() % 4 == 3 ? FuzzServer.tcp : FuzzServer.unix
        let peer = server.connect()
        var expected: [Exchange] = []
        // Whether it is known what has to come.
        var isKnown = true
        while !script.isAtEnd, peer.isOpen {
            switch script.number(below: 20) {
            // Nothing can be sent any more.
            case 0...8 where peer.hasFinishedSending: continue
            case 0...6:
                let exchange = script.choose(exchanges)
                peer.unsent += exchange.request
                if expected.last?.closes != true { expected.append(exchange) }
                if exchange.isOpenEnded { isKnown = false }
            case 7:
                peer.unsent += script.bytes(1 + script.number(below: 32))
                isKnown = false
            case 8:
                if peer.mutate(&script) { isKnown = false }
            case 9, 10: peer.send(1 + script.number(below: 200))
            case 11: peer.send(max(peer.unsent.count - 1 - script.number(below: 8), 0))
            case 12: peer.send()
            case 13: Stage.turn()
            case 14: Stage.turn(1 + script.number(below: 16))
            case 15, 16: peer.read()
            case 17:
                // All that was asked for is answered to a client that has only finished sending.
                if !peer.unsent.isEmpty { isKnown = false }
                peer.finishSending()
            case 18: Gate.shared.open()
            default:
                if script.flag() { peer.close() }
            }
        }
        if peer.isOpen {
            let count = expected.count
            var seenBytes = -1
            peer.finish(
                patience: isKnown ? 600 : 30,
                limit: isKnown ? 20_000 : 300,
                step: {
                    Gate.shared.open()
                    guard isKnown, peer.unsent.isEmpty, peer.received.count != seenBytes else { return }
                    seenBytes = peer.received.count
                    if count == 0 || isAnswered(peer, expected) { peer.finishSending() }
                }
            )
            let requests = HTTP1Transcript.requests(in: peer.sent)
            let responses = HTTP1Transcript.responses(in: peer.received, to: requests, isEnded: peer.hasEnded)
            if isKnown, peer.unsent.isEmpty { compare(responses, expected, peer) }
        }
        server.checkAfterwards(peer)
    }

    private static func isAnswered(_ peer: PeerSocket, _ expected: [Exchange]) -> Bool {
        let requests = HTTP1Transcript.requests(in: peer.sent)
        let responses = HTTP1Transcript.responses(in: peer.received, to: requests, isEnded: peer.hasEnded)
        return responses.count == expected.count && responses.last?.isComplete == true
    }

    private static func compare(_ responses: [HTTP1Transcript.Response], _ expected: [Exchange], _ peer: PeerSocket) {
        guard responses.count == expected.count, responses.allSatisfy(\.isComplete) else {
            fatalError("\(responses) in place of \(expected.count) responses")
        }
        for (response, exchange) in zip(responses, expected) {
            guard response.status == exchange.status, exchange.content == nil || exchange.content == response.content
            else {
                fatalError(
                    "\(response) in place of \(exchange.status) to \(String(decoding: exchange.request.prefix(80), as: UTF8.self))"
                )
            }
        }
        guard peer.hasEnded else { fatalError("the server does not close although the client has finished") }
    }
}

extension [String] {
    fileprivate var pair: (String, String) { (self[0], count > 1 ? self[1] : "") }
}
