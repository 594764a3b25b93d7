import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// Drives a server's or a client's WebSocket with frames, cut, delayed and changed as the input says. What it sends has to
/// be frames; messages that nothing was done to come back; and nothing may be left when the peer has gone.
enum WebSocketConversation {
    static func check(_ bytes: [UInt8]) {
        var script = Script(bytes)
        let choice = script.byte()
        let compresses = script.flag()
        if choice % 2 == 0 {
            checkServer(script.choose(["/ws", "/ws", "/ws-parts", "/ws-busy", "/ws-throw"]), compresses, script)
        } else {
            checkClient(compresses, script)
        }
    }

    private static func checkServer(_ path: String, _ compresses: Bool, _ script: Script) {
        let server = FuzzServer.unix
        let peer = server.connect()
        var request = "GET \(path) HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
        request += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        if compresses { request += "Sec-WebSocket-Extensions: permessage-deflate\r\n" }
        peer.unsent = Array((request + "\r\n").utf8)
        let echoes = play(script, peer, mask: WebSocketMask(key: 0x0403_0201), echo: path == "/ws")
        var rest = ByteBuffer(bytes: peer.received)
        var parser = ResponseHeadParser()
        if let head = (try? parser.parse(&rest, requestMethod: .get)) ?? nil, head.statusCode == 101 {
            checkFrames(rest, .client, compresses ? PerMessageDeflate() : nil, echoes)
        } else if echoes?.isEmpty == false {
            fatalError("no WebSocket: \(String(decoding: peer.received, as: UTF8.self))")
        }
        server.checkAfterwards(peer)
    }

    private static func checkClient(_ compresses: Bool, _ script: Script) {
        let run = ClientRun(http2: .never)
        run.start { client in
            let response = try await client.get("http://a/", headers: [.connection: "upgrade", .upgrade: "websocket"])
            let socket = try await WebSocket.adopt(
                response.detachSocket(),
                role: .client,
                deflate: compresses ? PerMessageDeflate() : nil
            )
            for try await message in socket { try await socket.send(message) }
            await socket.close()
        }
        guard Stage.turns(until: { !run.peers.isEmpty }), let peer = run.peers.first else {
            fatalError("no connection")
        }
        let hasRequest = Stage.turns {
            peer.read()
            return peer.received.suffix(4) == [13, 10, 13, 10]
        }
        guard hasRequest else { fatalError("no request") }
        let start = peer.received.count
        peer.unsent = Array(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n".utf8
        )
        let echoes = play(script, peer, mask: nil, echo: true)
        checkFrames(ByteBuffer(bytes: peer.received[start...]), .server, compresses ? PerMessageDeflate() : nil, echoes)
        run.checkAfterwards()
    }

    /// Sends what the script says; answers the texts that have to come back, if that is known.
    private static func play(_ script: Script, _ peer: PeerSocket, mask: WebSocketMask?, echo: Bool) -> [String]? {
        var script = script
        var echoes: [String]? = echo ? [] : nil
        while !script.isAtEnd, peer.isOpen {
            switch script.number(below: 16) {
            case 0, 1:
                let text = script.choose(["", "Hello", "\u{1F426}", String(repeating: "long ", count: 400)])
                var frame = ByteBuffer()
                if script.flag() {
                    var second = ByteBuffer(string: text)
                    let first = second.readSlice(length: second.readableBytes / 2) ?? ByteBuffer()
                    frame.writeWebSocketFrame(.text, first, isFinal: false, mask: mask)
                    frame.writeWebSocketFrame(.ping, ByteBuffer(), mask: mask)
                    frame.writeWebSocketFrame(.continuation, second, mask: mask)
                } else {
                    frame.writeWebSocketFrame(text: text, mask: mask)
                }
                peer.unsent += frame.readableBytesView
                echoes?.append(text)
            case 2...5:
                var frame = ByteBuffer()
                WebSocketScript.writeFrame(&script, mask: mask, to: &frame)
                peer.unsent += frame.readableBytesView
                echoes = nil
            case 6:
                if peer.mutate(&script) { echoes = nil }
            case 7, 8: peer.send(1 + script.number(below: 60))
            case 9: peer.send(max(peer.unsent.count - 1 - script.number(below: 14), 0))
            case 10: peer.send()
            case 11: Stage.turn(1 + script.number(below: 8))
            case 12: Stage.turn()
            case 13: peer.read()
            case 14:
                if script.flag() {
                    peer.finishSending()
                    echoes = nil
                }
            default:
                if script.flag() { peer.close() }
            }
        }
        guard peer.isOpen else { return nil }
        if echoes != nil {
            // Nothing is sent any more to a peer that has said goodbye.
            peer.finish(patience: 100)
            var frame = ByteBuffer()
            frame.writeWebSocketClose(WebSocketClose(.normalClosure), mask: mask)
            peer.unsent += frame.readableBytesView
        }
        peer.finish(patience: echoes == nil ? 30 : 600)
        return echoes
    }

    private static func checkFrames(
        _ bytes: ByteBuffer,
        _ role: WebSocketRole,
        _ deflate: PerMessageDeflate?,
        _ echoes: [String]?
    ) {
        var reader = WebSocketMessageReader(role: role, maximumMessageSize: nil, deflate: deflate)
        reader.append(bytes)
        var (texts, text, isClosed) = ([String](), [UInt8](), false)
        do throws(WebSocketViolation) {
            reading: while true {
                switch try reader.next() {
                case .needsMoreBytes: break reading
                case .ping, .pong: continue
                case .close:
                    isClosed = true
                    break reading
                case .part(let part):
                    text += part.bytes.readableBytesView
                    guard part.isLast else { continue }
                    texts.append(String(decoding: text, as: UTF8.self))
                    text = []
                }
            }
        } catch {
            fatalError("frames that are none: \(error)")
        }
        guard let echoes else { return }
        guard texts == echoes, isClosed else { fatalError("\(texts) came back for \(echoes), closed: \(isClosed)") }
    }
}
