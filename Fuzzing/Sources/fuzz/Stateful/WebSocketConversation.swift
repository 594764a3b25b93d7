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
        var transcript = WebSocketTranscript(role: .client, compresses: compresses)
        let echoes = play(script, peer, &transcript, mask: WebSocketMask(key: 0x0403_0201), echo: path == "/ws")
        transcript.read(peer)
        if let echoes { compare(transcript, echoes, peer) }
        if echoes != nil, !peer.hasEnded { fatalError("the server does not close after the closing handshake") }
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
        var transcript = WebSocketTranscript(role: .server, compresses: compresses)
        peer.unsent = Array(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n".utf8
        )
        let echoes = play(script, peer, &transcript, mask: nil, echo: true)
        transcript.read(peer)
        if let echoes { compare(transcript, echoes, peer) }
        run.checkAfterwards()
    }

    /// Sends what the script says; answers the texts that have to come back, if that is known.
    private static func play(
        _ script: Script,
        _ peer: PeerSocket,
        _ transcript: inout WebSocketTranscript,
        mask: WebSocketMask?,
        echo: Bool
    ) -> [String]? {
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
        guard let echoes else {
            peer.finish(patience: 30, limit: 300)
            return nil
        }
        // Nothing is sent any more to a peer that has said goodbye.
        finish(peer, &transcript) { $0.texts.count >= echoes.count }
        var frame = ByteBuffer()
        frame.writeWebSocketClose(WebSocketClose(.normalClosure), mask: mask)
        peer.unsent += frame.readableBytesView
        // A client leaves it to the server to close the connection (RFC 6455 section 7.1.1).
        finish(peer, &transcript) { $0.isClosed && mask == nil }
        return echoes
    }

    private static func finish(
        _ peer: PeerSocket,
        _ transcript: inout WebSocketTranscript,
        until isDone: (WebSocketTranscript) -> Bool
    ) {
        var copy = transcript
        peer.finish(
            patience: 600,
            until: {
                copy.read(peer)
                return isDone(copy)
            }
        )
        transcript = copy
    }

    private static func compare(_ transcript: WebSocketTranscript, _ echoes: [String], _ peer: PeerSocket) {
        guard transcript.isWebSocket else {
            fatalError("no WebSocket: \(String(decoding: peer.received, as: UTF8.self))")
        }
        guard transcript.texts == echoes, transcript.isClosed else {
            fatalError("\(transcript.texts) came back for \(echoes), closed: \(transcript.isClosed)")
        }
    }
}
