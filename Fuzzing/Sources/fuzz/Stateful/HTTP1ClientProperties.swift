import HTTPTypes
import HTTPWire
import Martlet

/// Drives a client with what servers of HTTP/1.1 send, cut, delayed, changed and broken off as the input says. Every request
/// ends, with the right response where nothing was wrong; what the client sends is requests; and no connection is left.
enum HTTP1ClientProperties {
    private struct Answer {
        var head: String
        var body: String
        var status = 200
        /// What the content is.
        var content: String
        var closes = false
        /// Whether the request need not end with this response.
        var isOpenEnded = false
        var bytes: [UInt8]?

        init(
            _ head: String,
            _ body: String = "",
            status: Int = 200,
            content: String? = nil,
            closes: Bool = false,
            isOpenEnded: Bool = false
        ) {
            self.head = head.replacing("\n", with: "\r\n") + "\r\n\r\n"
            self.body = body
            self.status = status
            self.content = content ?? body
            self.closes = closes
            self.isOpenEnded = isOpenEnded
        }
    }

    private static let big = String(repeating: "0123456789", count: 20_000)

    private static let answers: [Answer] = [
        Answer("HTTP/1.1 200 OK\nContent-Length: 5", "Hello"),
        Answer("HTTP/1.1 200 OK\nContent-Length: 0"),
        Answer(
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked",
            "3\r\nabc\r\n2;x\r\nde\r\n0\r\nA: b\r\n\r\n",
            content: "abcde"
        ),
        Answer("HTTP/1.1 200 OK", "until the end", closes: true),
        Answer("HTTP/1.0 200 OK\nContent-Length: 3", "old", closes: true),
        Answer("HTTP/1.1 204 No Content", status: 204),
        Answer(
            "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: </a>\n\nHTTP/1.1 200 OK\nContent-Length: 1",
            "x"
        ),
        Answer("HTTP/1.1 404 Not Found\nContent-Length: 2\nConnection: close", "no", status: 404, closes: true),
        Answer("HTTP/1.1 200 OK\nContent-Length: 200000", big),
        Answer("HTTP/1.1 200 OK\nContent-Length: 2\nSet-Cookie: a=b\nSet-Cookie: c=d; Path=/; Max-Age=1", "ok"),
        Answer("HTTP/1.1 503 Service Unavailable\nContent-Length: 0\nRetry-After: 1", status: 503),
        Answer("HTTP/1.1 302 Found\nLocation: /0\nContent-Length: 0", isOpenEnded: true),
        Answer("HTTP/1.1 307 Temporary Redirect\nLocation: http://b/1\nContent-Length: 2", "go", isOpenEnded: true),
        Answer("HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm=\"a\"\nContent-Length: 0", isOpenEnded: true),
        Answer("HTTP/1.1 101 Switching Protocols\nUpgrade: x\nConnection: upgrade", isOpenEnded: true),
        Answer("HTTP/1.1 408 Request Timeout\nConnection: close\nContent-Length: 0", isOpenEnded: true),
        Answer(
            "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 20",
            String(repeating: "z", count: 20),
            isOpenEnded: true
        ),
        Answer("HTTP/1.1 200 OK\nContent-Length: 9\nTransfer-Encoding: chunked", "3\r\nabc\r\n", isOpenEnded: true),
    ]

    /// A client's connection, and how many of its requests have been answered.
    private struct Exchanges {
        var answered = 0
        var closesAfterwards = false
    }

    static func check(_ bytes: [UInt8]) {
        var script = Script(bytes)
        let run = ClientRun(http2: .never)
        var exchanges: [Exchanges] = []
        var expected: [Int: Answer] = [:]
        // Whether it is known what each request has to end with.
        var isKnown = true
        var plans: [ClientRun.Plan] = []
        func start() {
            guard plans.count < 6 else { return }
            plans.append(ClientRun.Plan(&script))
            run.start(plans[plans.count - 1])
            let count = exchanges.count
            // Its connection, unless it has to wait for one.
            _ = Stage.turns(atMost: 12) { run.peers.count != count }
            while exchanges.count < run.peers.count { exchanges.append(Exchanges()) }
        }
        func answer(_ index: Int, _ peer: PeerSocket, _ answer: Answer) {
            peer.read()
            let requests = HTTP1Transcript.targets(in: peer.received)
            let count = exchanges[index].answered
            if exchanges[index].closesAfterwards { return }
            guard count < requests.count, requests[count].isComplete,
                let number = Int(requests[count].target.dropFirst())
            else {
                // To nothing, or too early.
                isKnown = false
                peer.unsent += Array((answer.head + answer.body).utf8)
                return
            }
            if answer.isOpenEnded { isKnown = false }
            let isHead = requests[count].method == .head
            peer.unsent += Array((isHead ? answer.head : answer.head + answer.body).utf8)
            expected[number] = answer
            if isHead { expected[number]?.content = "" }
            exchanges[index].answered += 1
            // The head alone does not say that the connection ends.
            exchanges[index].closesAfterwards = answer.closes && !(isHead && answer.head == "HTTP/1.1 200 OK\r\n\r\n")
        }
        start()
        while !script.isAtEnd {
            let choice = script.number(below: 20)
            if choice <= 2 {
                start()
                continue
            }
            while exchanges.count < run.peers.count { exchanges.append(Exchanges()) }
            let peers = run.peers
            guard !peers.isEmpty else {
                Stage.turn()
                continue
            }
            let index = script.flag() ? peers.count - 1 : script.number(below: peers.count)
            let peer = peers[index]
            switch choice {
            case 3...6: answer(index, peer, script.choose(answers))
            case 7:
                peer.unsent += script.bytes(1 + script.number(below: 32))
                isKnown = false
            case 8: if peer.mutate(&script) { isKnown = false }
            case 9, 10: peer.send(1 + script.number(below: 100))
            case 11: peer.send(max(peer.unsent.count - 1 - script.number(below: 8), 0))
            case 12: peer.send()
            case 13: Stage.turn()
            case 14: Stage.turn(1 + script.number(below: 16))
            case 15: peer.read()
            case 16:
                if !(exchanges[index].closesAfterwards && peer.unsent.isEmpty) { isKnown = false }
                peer.finishSending()
            case 17:
                isKnown = false
                peer.close()
            case 18:
                isKnown = false
                run.cancel(script.number(below: 6))
            default: Stage.turn(2)
            }
        }
        func goOn() {
            while exchanges.count < run.peers.count { exchanges.append(Exchanges()) }
            for (index, peer) in run.peers.enumerated() where peer.isOpen {
                peer.send()
                peer.read()
                guard peer.unsent.isEmpty else { continue }
                if exchanges[index].closesAfterwards { peer.finishSending() }
                if peer.hasEnded { peer.close() }
                let requests = HTTP1Transcript.targets(in: peer.received)
                if exchanges[index].answered < requests.count, requests[exchanges[index].answered].isComplete {
                    answer(index, peer, answers[0])
                }
            }
        }
        if isKnown {
            let isOver = Stage.turns {
                goOn()
                return run.isDone
            }
            guard isOver else { fatalError("a request has no end: \(run.outcomes)") }
            for (number, outcome) in run.outcomes.enumerated() {
                switch outcome {
                case .response(let status, let content):
                    guard let answer = expected[number], answer.status == status, Array(answer.content.utf8) == content
                    else {
                        fatalError("\(status), \(content.count) bytes to /\(number)")
                    }
                case .failed(let error): fatalError("/\(number): \(error)")
                case .dropped, nil: break
                }
            }
        } else {
            for _ in 0..<10 {
                for peer in run.peers {
                    peer.send()
                    peer.read()
                }
                Stage.turn()
            }
        }
        for peer in run.peers { HTTP1Transcript.checkRequests(peer.received) }
        run.checkAfterwards()
    }
}
