import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// Drives a client with the frames of a server of HTTP/2, in an order, with cuts, delays and changes as the input says.
/// Every request ends, with the right response where nothing was wrong; what the client sends is HTTP/2; and no connection
/// is left.
enum HTTP2ClientProperties {
    /// A server's side of one connection.
    fileprivate struct Server {
        struct Stream {
            var number: UInt32
            var target: String
            var method: HTTPRequest.Method
            var isComplete: Bool
            var status: Int?
            var content: [UInt8] = []
            var isEnded = false
        }

        var frames = HTTP2FrameReader(of: .client, blockLimit: 1 << 20, continuationLimit: 64)
        var decoder = HTTP2MessageDecoder()
        var takenBytes = 0
        var streams: [Stream] = []
        var encoder = FieldSectionEncoder()
        var received = 0
        var window = 65_535
        /// Whether it is known how large windows and frames may be; after a frame that is larger than the reader takes,
        /// nothing more is read.
        var knowsLimits = true
        private var hasLargeFrame = false

        /// Takes what is new, and traps if it is not HTTP/2.
        mutating func read(_ peer: PeerSocket) {
            peer.read()
            guard peer.received.count > takenBytes, !hasLargeFrame else { return }
            frames.append(ByteBuffer(bytes: peer.received[takenBytes...]))
            takenBytes = peer.received.count
            do throws(HTTP2Error) {
                while try take(frames.next(), peer) {}
            } catch {
                hasLargeFrame = error.code == .frameSizeError && !knowsLimits
                if hasLargeFrame { return }
                fatalError("the client has sent what is not HTTP/2: \(error)")
            }
        }

        private mutating func take(_ event: HTTP2FrameReader.Event, _ peer: PeerSocket) throws(HTTP2Error) -> Bool {
            switch event {
            case .needsMoreBytes:
                return false
            case .failed(let error), .malformedHeaders(let error, stream: _, block: _, endsStream: _):
                throw error
            case .headers(let number, let block, let endsStream):
                if let index = streams.firstIndex(where: { $0.number == number }) {
                    guard case .message = try decoder.decodeTrailers(block, stream: number), endsStream else {
                        fatalError("trailers that are none")
                    }
                    streams[index].isComplete = true
                    return true
                }
                guard number % 2 == 1, number > streams.last?.number ?? 0 else { fatalError("stream \(number) opened") }
                guard case .message(let head) = try decoder.decodeRequest(block, stream: number, endsStream: endsStream)
                else {
                    fatalError("a request that is none")
                }
                streams.append(
                    Stream(number: number, target: head.target.raw, method: head.method, isComplete: endsStream)
                )
            case .data(let number, _, let flowBytes, let endsStream):
                guard let index = streams.firstIndex(where: { $0.number == number }), !streams[index].isComplete else {
                    fatalError("DATA on \(number), which is not open")
                }
                if endsStream { streams[index].isComplete = true }
                received += flowBytes
                guard received <= window || !knowsLimits else {
                    fatalError("\(received) bytes in a window of \(window)")
                }
                guard flowBytes > 0 else { return true }
                window += flowBytes
                var buffer = ByteBuffer()
                buffer.writeHTTP2WindowUpdate(stream: 0, increment: flowBytes)
                if !endsStream { buffer.writeHTTP2WindowUpdate(stream: number, increment: flowBytes) }
                peer.unsent += buffer.readableBytesView
            case .settings:
                var buffer = ByteBuffer()
                buffer.writeHTTP2SettingsAcknowledgement()
                peer.unsent += buffer.readableBytesView
            case .ping(let opaque):
                var buffer = ByteBuffer()
                buffer.writeHTTP2Ping(opaque, isAcknowledgement: true)
                peer.unsent += buffer.readableBytesView
            case .reset(let number, _):
                if let index = streams.firstIndex(where: { $0.number == number }) {
                    streams[index].isComplete = true
                    streams[index].isEnded = true
                }
            default:
                break
            }
            return true
        }
    }

    private static let big = [UInt8](repeating: UInt8(ascii: "b"), count: 16_384)

    static func check(_ bytes: [UInt8]) {
        var play = Play(script: Script(bytes))
        play.start()
        while !play.script.isAtEnd { play.step() }
        play.finish()
    }

    fileprivate struct Play {
        let run = ClientRun(http2: .always)
        var script: Script
        var servers: [Server] = []
        var plans = 0
        var isKnown = true

        mutating func start() {
            guard plans < 8 else { return }
            plans += 1
            run.start(ClientRun.Plan(&script))
            _ = Stage.turns(atMost: 12) { !run.peers.isEmpty }
            greet()
        }

        /// Begins new connections.
        mutating func greet() {
            for peer in run.peers.dropFirst(servers.count) {
                servers.append(Server())
                var buffer = ByteBuffer()
                buffer.writeHTTP2Settings([])
                peer.unsent += buffer.readableBytesView
            }
        }

        func write(_ peer: PeerSocket, _ body: (inout ByteBuffer) -> Void) {
            var buffer = ByteBuffer()
            body(&buffer)
            peer.unsent += buffer.readableBytesView
        }
    }
}

extension HTTP2ClientProperties.Play {
    mutating func step() {
        let choice = script.number(below: 28)
        if choice <= 3 { return start() }
        greet()
        let peers = run.peers
        guard !peers.isEmpty else { return Stage.turn() }
        let index = script.flag() ? peers.count - 1 : script.number(below: peers.count)
        let peer = peers[index]
        switch choice {
        case 4...7: head(index, peer)
        case 8...11: data(index, peer)
        case 12:
            let number = script.byte()
            write(peer) { $0.writeHTTP2Reset(stream: UInt32(number), script.flag() ? .refusedStream : .cancel) }
            isKnown = false
        case 13:
            write(peer) {
                $0.writeHTTP2GoAway(lastStream: UInt32(script.byte()), script.flag() ? .noError : .internalError)
            }
            isKnown = false
        case 14:
            let identifier = script.choose([
                HTTP2Settings.Identifier.initialWindowSize, .maximumFrameSize, .headerTableSize,
                .maximumConcurrentStreams,
            ])
            let value = Int(script.byte()) << script.number(below: 24)
            write(peer) { $0.writeHTTP2Settings([(identifier, value)]) }
            if identifier == .maximumFrameSize { servers[index].knowsLimits = false }
            isKnown = false
        case 15: write(peer) { $0.writeHTTP2Ping(7, isAcknowledgement: script.flag()) }
        case 16:
            let (number, increment) = (UInt32(script.byte()), Int(script.byte()) << script.number(below: 24))
            if number == 0 { servers[index].window += increment }
            write(peer) { $0.writeHTTP2WindowUpdate(stream: number, increment: increment) }
            isKnown = false
        case 17:
            let (type, flags, number) = (script.byte(), script.byte(), script.byte())
            let payload = script.bytes(script.number(below: 24))
            write(peer) {
                $0.writeBytes([0, 0, UInt8(payload.count), type % 12, flags, 0, 0, 0, number])
                $0.writeBytes(payload)
            }
            servers[index].knowsLimits = false
            isKnown = false
        case 18:
            peer.unsent += script.bytes(1 + script.number(below: 32))
            servers[index].knowsLimits = false
            isKnown = false
        case 19:
            if peer.mutate(&script) {
                servers[index].knowsLimits = false
                isKnown = false
            }
        case 20, 21: peer.send(1 + script.number(below: 100))
        case 22: peer.send()
        case 23: Stage.turn(1 + script.number(below: 8))
        case 24, 25: servers[index].read(peer)
        case 26:
            isKnown = false
            if script.flag() { peer.finishSending() } else { peer.close() }
        default:
            isKnown = false
            run.cancel(script.number(below: 8))
        }
    }

    /// The head of a response, or of one that announces it.
    private mutating func head(_ index: Int, _ peer: PeerSocket) {
        servers[index].read(peer)
        let (choice, status) = (script.byte(), script.choose([200, 404, 204, 103, 503]))
        let streams = servers[index].streams
        guard !streams.isEmpty else { return }
        let place = Int(choice) % streams.count
        let isOpen = streams[place].status == nil && !streams[place].isEnded
        if !isOpen || !streams[place].isComplete { isKnown = false }
        guard isOpen || choice > 200 else { return }
        let ends = status == 204 || streams[place].method == .head
        sendHead(index, peer, place, status, ends: ends && status != 103)
    }

    fileprivate mutating func sendHead(_ index: Int, _ peer: PeerSocket, _ place: Int, _ status: Int, ends: Bool) {
        var block = ByteBuffer()
        servers[index].encoder.begin(&block)
        servers[index].encoder.write(status: status, to: &block)
        servers[index].encoder.write(HTTPField(name: .server, value: "fuzz"), to: &block)
        let (number, whole) = (servers[index].streams[place].number, block)
        write(peer) {
            $0.writeHTTP2Headers(stream: number, endsStream: ends, maximumFrameSize: 16_384) {
                $0.writeImmutableBuffer(whole)
            }
        }
        if status >= 200 { servers[index].streams[place].status = status }
        if ends { servers[index].streams[place].isEnded = true }
    }

    private mutating func data(_ index: Int, _ peer: PeerSocket) {
        let (choice, ends, isBig) = (script.byte(), script.flag(), script.byte() > 200)
        let bytes = isBig ? HTTP2ClientProperties.big : script.bytes(script.number(below: 20))
        let streams = servers[index].streams
        guard !streams.isEmpty else { return }
        let place = Int(choice) % streams.count
        if streams[place].status == nil || streams[place].isEnded {
            guard choice > 200 else { return }
            isKnown = false
        }
        sendData(index, peer, place, bytes, ends: ends)
    }

    fileprivate mutating func sendData(_ index: Int, _ peer: PeerSocket, _ place: Int, _ bytes: [UInt8], ends: Bool) {
        let number = servers[index].streams[place].number
        write(peer) {
            $0.writeHTTP2FrameHead(.data, ends ? .endStream : [], stream: number, length: bytes.count)
            $0.writeBytes(bytes)
        }
        servers[index].streams[place].content += bytes
        if ends { servers[index].streams[place].isEnded = true }
    }

    mutating func finish() {
        if isKnown {
            var copy = self
            let isOver = Stage.turns {
                copy.answerAll()
                return copy.run.isDone
            }
            self = copy
            guard isOver else { fatalError("a request has no end: \(run.outcomes)") }
            compare()
        } else {
            for _ in 0..<10 {
                greet()
                for (index, peer) in run.peers.enumerated() where index < servers.count {
                    peer.send()
                    servers[index].read(peer)
                }
                Stage.turn()
            }
        }
        run.checkAfterwards()
    }

    private mutating func answerAll() {
        greet()
        for (index, peer) in run.peers.enumerated() where index < servers.count {
            servers[index].read(peer)
            for place in servers[index].streams.indices where !servers[index].streams[place].isEnded {
                if servers[index].streams[place].status == nil {
                    guard servers[index].streams[place].isComplete else { continue }
                    let isHead = servers[index].streams[place].method == .head
                    sendHead(index, peer, place, 200, ends: isHead)
                    if isHead { continue }
                }
                sendData(index, peer, place, Array("end".utf8), ends: true)
            }
            peer.send()
        }
    }

    private func compare() {
        for (number, outcome) in run.outcomes.enumerated() {
            switch outcome {
            case .response(let status, let content):
                let isRight = servers.contains { server in
                    server.streams.contains {
                        $0.target == "/\(number)" && $0.status == status && $0.content == content
                    }
                }
                guard isRight else { fatalError("\(status), \(content.count) bytes to /\(number)") }
            case .failed(let error): fatalError("/\(number): \(error)")
            case .dropped, nil: break
            }
        }
    }
}
