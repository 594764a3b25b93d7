import HTTPTypes
import HTTPWire
import NIOCore

/// Drives a server with the frames of a client of HTTP/2, in an order, with cuts, delays and changes as the input says.
/// What the server sends has to be HTTP/2; where nothing was wrong the responses have to be right; and nothing may be left
/// when the client has gone.
enum HTTP2ServerProperties {
    fileprivate struct Exchange {
        var method: HTTPRequest.Method
        var path: String
        /// The content that is sent; nil for none.
        var body: String?
        var content: String?
        var status = 200
        var fields: HTTPFields = [:]
        /// Whether the response may be none, or cut off.
        var isOpenEnded = false
    }

    fileprivate static let exchanges: [Exchange] = [
        Exchange(method: .get, path: "/text", content: "Hello"),
        Exchange(method: .head, path: "/text", content: ""),
        Exchange(method: .post, path: "/echo", body: "0123456789", content: "0123456789"),
        Exchange(method: .post, path: "/echo", body: "", content: ""),
        Exchange(method: .get, path: "/stream", content: "01234"),
        Exchange(method: .get, path: "/throw", status: 500),
        Exchange(method: .post, path: "/late", body: "later", content: "later"),
        Exchange(method: .get, path: "/big", content: String(repeating: "b", count: 200_000)),
        Exchange(method: .get, path: "/session", content: "session"),
        Exchange(method: .get, path: "/nothing", content: "nothing", status: 404),
        Exchange(method: .get, path: "/trailers", content: "with trailers"),
        Exchange(method: .get, path: "/info", content: "informed"),
        Exchange(method: .get, path: "/gate", content: "gate"),
        Exchange(method: .get, path: "/length", content: "0123456789"),
        Exchange(method: .get, path: "/refuse", status: 403),
        // Answered early: what is on its way may be refused.
        Exchange(method: .post, path: "/early", body: "not read", isOpenEnded: true),
        Exchange(method: .get, path: "/never", isOpenEnded: true),
        Exchange(method: .get, path: "/half", isOpenEnded: true),
        Exchange(method: .get, path: "/short", isOpenEnded: true),
        Exchange(method: .post, path: "/detach", body: "abc", isOpenEnded: true),
        Exchange(method: .post, path: "/echo", body: "0123456789", fields: [.contentLength: "11"], isOpenEnded: true),
        Exchange(method: .connect, path: "/ws", body: "", fields: [.secWebSocketVersion: "13"], isOpenEnded: true),
        Exchange(method: .connect, path: "/ws-busy", body: "", fields: [.secWebSocketVersion: "13"], isOpenEnded: true),
        Exchange(
            method: .connect,
            path: "/ws",
            body: "",
            fields: [.secWebSocketVersion: "13", .secWebSocketExtensions: "permessage-deflate"],
            isOpenEnded: true
        ),
    ]

    /// A client's side of a connection.
    fileprivate struct Client {
        let peer: PeerSocket
        var script: Script
        var encoder = RequestFieldEncoder()
        var transcript = HTTP2Transcript()
        var nextStream: UInt32 = 1
        var streams: [(number: UInt32, exchange: Exchange, rest: [UInt8], isEnded: Bool)] = []
        /// Whether all that was sent was right, so that it is known what has to come.
        var isKnown = true

        func write(_ body: (inout ByteBuffer) -> Void) {
            var buffer = ByteBuffer()
            body(&buffer)
            peer.unsent += buffer.readableBytesView
        }
    }

    static func check(_ bytes: [UInt8]) {
        var script = Script(bytes)
        let server = script.byte() % 4 == 3 ? FuzzServer.tcp : FuzzServer.unix
        let peer = server.connect()
        var client = Client(peer: peer, script: script)
        peer.unsent = HTTP2FrameReader.preface
        client.write { $0.writeHTTP2Settings([]) }
        while !client.script.isAtEnd, peer.isOpen { client.step() }
        if peer.isOpen { client.finish() }
        server.checkAfterwards(peer)
    }
}

extension HTTP2ServerProperties.Client {
    mutating func step() {
        switch script.number(below: 32) {
        // Nothing can be sent any more.
        case 0...25 where peer.hasFinishedSending: break
        case 0...6: open()
        case 7...9: sendContent()
        case 10: sendWebSocketFrame()
        case 11:
            let number = anyStream()
            write { $0.writeHTTP2Reset(stream: number, .cancel) }
            isKnown = false
        case 12:
            let (number, increment) = (script.flag() ? 0 : anyStream(), Int(script.byte()) << script.number(below: 24))
            if number == 0 { transcript.window += increment }
            if increment == 0 || (number != 0 && !streams.contains { $0.number == number }) { isKnown = false }
            if increment > 1 << 20 { isKnown = false }
            write { $0.writeHTTP2WindowUpdate(stream: number, increment: increment) }
        case 13: sendSettings()
        case 14: write { $0.writeHTTP2SettingsAcknowledgement() }
        case 15:
            let (opaque, isAcknowledgement) = (UInt64(script.byte()), script.flag())
            write { $0.writeHTTP2Ping(opaque, isAcknowledgement: isAcknowledgement) }
        case 16:
            // PRIORITY, perhaps on itself.
            let (number, parent) = (anyStream(), anyStream())
            if number == parent || number == 0 { isKnown = false }
            write {
                $0.writeHTTP2FrameHead(.priority, stream: number, length: 5)
                $0.writeMultipleIntegers(parent, 16 as UInt8)
            }
        case 17:
            write { $0.writeHTTP2GoAway(lastStream: 0, .noError) }
            isKnown = false
        case 18: sendAnyFrame()
        case 19: sendTrailers()
        case 20:
            peer.unsent += script.bytes(1 + script.number(below: 32))
            isKnown = false
            transcript.knowsRequests = false
        case 21:
            if peer.mutate(&script) {
                isKnown = false
                transcript.knowsRequests = false
            }
        case 22, 23: peer.send(1 + script.number(below: 200))
        case 24: peer.send(max(peer.unsent.count - 1 - script.number(below: 12), 0))
        case 25: peer.send()
        case 26: Stage.turn()
        case 27: Stage.turn(1 + script.number(below: 16))
        case 28: peer.read()
        case 29: acknowledge()
        case 30:
            if script.flag() { Gate.shared.open() } else { finishSending() }
        default: if script.flag() { peer.close() }
        }
    }

    private mutating func anyStream() -> UInt32 {
        let choice = script.byte()
        if choice < 8 { return UInt32(choice) }
        return streams.isEmpty ? UInt32(choice) : streams[Int(choice) % streams.count].number
    }

    private mutating func open() {
        let exchange = script.choose(HTTP2ServerProperties.exchanges)
        if exchange.isOpenEnded { isKnown = false }
        let number = nextStream
        nextStream += 2
        var block = ByteBuffer()
        encoder.begin(&block)
        if exchange.method == .connect {
            for (name, value) in [
                (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", exchange.path),
                (":authority", "a"),
            ] {
                // Literal, not to be remembered (RFC 7541 section 6.2.2).
                block.writeMultipleIntegers(0 as UInt8, UInt8(name.utf8.count))
                block.writeString(name)
                block.writeInteger(UInt8(value.utf8.count))
                block.writeString(value)
            }
        } else {
            encoder.write(method: exchange.method, isSecure: false, authority: "a", path: exchange.path, to: &block)
        }
        for field in exchange.fields { encoder.write(field, to: &block) }
        let (whole, endsStream) = (block, exchange.body == nil)
        let frameSize = script.flag() ? 16_384 : 1 + script.number(below: 64)
        // With more CONTINUATION frames than the server takes, or fewer.
        if whole.readableBytes > frameSize * 16 { isKnown = false }
        write {
            $0.writeHTTP2Headers(stream: number, endsStream: endsStream, maximumFrameSize: frameSize) {
                $0.writeImmutableBuffer(whole)
            }
        }
        transcript.expect(number, exchange.method)
        streams.append((number, exchange, Array((exchange.body ?? "").utf8), endsStream))
        if streams.count > 90 { isKnown = false }
    }

    private mutating func sendContent() {
        let choice = script.byte()
        let size = script.number(below: 16)
        guard !streams.isEmpty else { return }
        let index = Int(choice) % streams.count
        guard !streams[index].isEnded else {
            if choice > 250 {
                data(streams[index].number, [1, 2, 3], ends: false)
                isKnown = false
            }
            return
        }
        let part = Array(streams[index].rest.prefix(size))
        streams[index].rest.removeFirst(part.count)
        let ends = streams[index].rest.isEmpty && choice % 3 != 0
        streams[index].isEnded = ends
        data(streams[index].number, part, ends: ends)
    }

    private func data(_ number: UInt32, _ bytes: [UInt8], ends: Bool) {
        write {
            $0.writeHTTP2FrameHead(.data, ends ? .endStream : [], stream: number, length: bytes.count)
            $0.writeBytes(bytes)
        }
    }

    private mutating func sendWebSocketFrame() {
        let choice = script.byte()
        var frame = ByteBuffer()
        WebSocketScript.writeFrame(&script, mask: WebSocketMask(key: 0x0403_0201), to: &frame)
        guard let stream = streams.last(where: { $0.exchange.method == .connect || choice > 250 }) else { return }
        isKnown = false
        data(stream.number, Array(frame.readableBytesView), ends: choice % 16 == 0)
    }

    /// All that was asked for is answered to a client that has only finished sending, as far as its windows go.
    private mutating func finishSending() {
        let isWhole = peer.unsent.isEmpty && streams.allSatisfy(\.isEnded)
        if !isWhole || streams.contains(where: { $0.exchange.path == "/big" }) { isKnown = false }
        peer.finishSending()
    }

    private mutating func sendTrailers() {
        let choice = script.byte()
        guard !streams.isEmpty else { return }
        let index = Int(choice) % streams.count
        if streams[index].isEnded || !streams[index].rest.isEmpty { isKnown = false }
        streams[index].isEnded = true
        let (number, ends) = (streams[index].number, choice < 240)
        if !ends { isKnown = false }
        write {
            $0.writeHTTP2FrameHead(.headers, ends ? [.endStream, .endHeaders] : .endHeaders, stream: number, length: 5)
            $0.writeBytes([0, 1, UInt8(ascii: "x"), 1, UInt8(ascii: "y")])
        }
    }

    private mutating func sendSettings() {
        let identifier = script.choose([
            HTTP2Settings.Identifier.initialWindowSize, .maximumFrameSize, .headerTableSize,
            .maximumConcurrentStreams,
        ])
        let value = Int(script.byte()) << script.number(below: 24)
        if identifier == .maximumFrameSize { transcript.knowsFrameSize = false }
        // Those of the input may be too little for a response, or not allowed at all.
        isKnown = false
        write { $0.writeHTTP2Settings([(identifier, value)]) }
    }

    private mutating func sendAnyFrame() {
        let type = HTTP2FrameType(rawValue: script.byte() % 12)
        let (flags, number) = (HTTP2FrameFlags(rawValue: script.byte()), anyStream())
        let payload = script.bytes(script.number(below: 24))
        isKnown = false
        transcript.knowsRequests = false
        write {
            if let type {
                $0.writeHTTP2FrameHead(type, flags, stream: number, length: payload.count)
            } else {
                $0.writeBytes([0, 0, UInt8(payload.count), 0xBB, flags.rawValue])
                $0.writeInteger(number)
            }
            $0.writeBytes(payload)
        }
    }

    /// Reads, and grants anew what has come.
    private mutating func acknowledge() {
        peer.read()
        transcript.read(peer.received)
        for (stream, count) in transcript.takeUnacknowledged() where count > 0 {
            transcript.window += count
            write {
                $0.writeHTTP2WindowUpdate(stream: 0, increment: count)
                if transcript.responses[stream]?.isComplete != true {
                    $0.writeHTTP2WindowUpdate(stream: stream, increment: count)
                }
            }
        }
    }

    mutating func finish() {
        for index in streams.indices where !streams[index].isEnded {
            data(streams[index].number, streams[index].rest, ends: true)
            streams[index].isEnded = true
        }
        var copy = self
        peer.finish(
            patience: isKnown ? 600 : 30,
            limit: isKnown ? 20_000 : 300,
            until: { copy.isKnown && copy.isAnswered },
            step: {
                Gate.shared.open()
                copy.acknowledge()
            }
        )
        self = copy
        transcript.read(peer.received)
        if isKnown { compare() }
    }

    private var isAnswered: Bool { streams.allSatisfy { transcript.responses[$0.number]?.isComplete == true } }

    private func compare() {
        for stream in streams {
            guard let response = transcript.responses[stream.number], response.isComplete else {
                fatalError("no response to \(stream.exchange.path) on \(stream.number)")
            }
            let content = stream.exchange.content.map { Array($0.utf8) } ?? response.content
            guard response.status == stream.exchange.status, response.content == content else {
                fatalError("\(response.status ?? 0), \(response.content.count) bytes to \(stream.exchange.path)")
            }
        }
        // A client that sends nothing more can't make requests either.
        if transcript.hasGoAway, !peer.hasFinishedSending { fatalError("GOAWAY although nothing was wrong") }
    }
}
