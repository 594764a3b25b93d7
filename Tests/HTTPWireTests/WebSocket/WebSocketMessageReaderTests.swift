import HTTPWire
import NIOCore
import Testing

@Suite(.calculation) struct WebSocketMessageReaderTests {
    /// Frames as a server sends them.
    static let wellFormed: [(String, [FrameOutcome])] = [
        // RFC 6455 section 5.7.
        ("81 05 48 65 6c 6c 6f", [.text("Hello")]),
        ("01 03 48 65 6c  80 02 6c 6f", [.text("Hello")]),
        ("89 05 48 65 6c 6c 6f", [.ping(Array("Hello".utf8))]),
        ("81 00", [.text("")]), ("82 00", [.binary([])]), ("82 01 ff", [.binary([0xFF])]),
        ("89 00", [.ping([])]), ("8a 00", [.pong([])]), ("8a 01 07", [.pong([7])]),
        ("82 01 01 82 01 02", [.binary([1]), .binary([2])]),
        ("02 01 01  00 01 02  80 01 03", [.binary([1, 2, 3])]),
        ("02 00  00 00  80 00", [.binary([])]), ("01 00  80 01 61", [.text("a")]),
        ("02 01 01  80 00", [.binary([1])]),
        // Control frames between fragments.
        ("01 01 61  89 01 70  8a 00  80 01 62", [.ping([0x70]), .pong([]), .text("ab")]),
        ("01 01 61  88 00", [.close(nil, ""), .begun([0x61])]),
        // A character across fragments.
        ("01 01 e2  00 01 82  80 01 ac", [.text("€")]),
        ("81 04 f0 9f 90 a6", [.text("🐦")]),
        // Close frames.
        ("88 00", [.close(nil, "")]), ("88 02 03 e8", [.close(1000, "")]),
        ("88 05 03 e9 62 79 65", [.close(1001, "bye")]), ("88 02 0f a0", [.close(4000, "")]),
        ("88 02 0b b8", [.close(3000, "")]), ("88 02 13 87", [.close(4999, "")]),
        ("88 02 03 f0", [.close(1008, "")]), ("88 02 03 f6", [.close(1014, "")]),
        // Not complete.
        ("", []), ("81", []), ("81 05 48", [.begun([0x48])]), ("82 7e 00", []), ("89 02 01", []),
        ("02 01 01", [.begun([1])]),
    ]

    static let malformed: [(String, WebSocketViolation)] = [
        ("c1 00", .reservedBits), ("a1 00", .reservedBits), ("91 00", .reservedBits), ("f2 00", .reservedBits),
        ("c9 00", .reservedBits), ("c8 00", .reservedBits),
        ("83 00", .reservedOpcode(3)), ("84 00", .reservedOpcode(4)), ("87 00", .reservedOpcode(7)),
        ("8b 00", .reservedOpcode(11)), ("8f 00", .reservedOpcode(15)),
        ("09 00", .fragmentedControlFrame), ("08 00", .fragmentedControlFrame), ("0a 00", .fragmentedControlFrame),
        ("89 7e 00 7e", .controlFrameTooLong), ("88 7f", .controlFrameTooLong), ("8a 7e", .controlFrameTooLong),
        ("82 7e 00 7d", .lengthNotMinimal), ("82 7e 00 00", .lengthNotMinimal),
        ("82 7f 00 00 00 00 00 00 ff ff", .lengthNotMinimal), ("82 7f 00 00 00 00 00 00 00 01", .lengthNotMinimal),
        ("82 7f 80 00 00 00 00 00 00 00", .lengthTooLarge), ("82 7f ff ff ff ff ff ff ff ff", .lengthTooLarge),
        ("81 85 37 fa 21 3d 7f 9f 4d 51 58", .maskedFrame), ("89 80", .maskedFrame),
        ("80 00", .unexpectedContinuation), ("00 01 61", .unexpectedContinuation),
        ("01 00 01 00", .unfinishedMessage), ("02 01 01 81 00", .unfinishedMessage),
        ("88 01 03", .truncatedCloseCode),
        ("88 02 00 00", .invalidCloseCode(0)), ("88 02 03 e7", .invalidCloseCode(999)),
        ("88 02 03 ec", .invalidCloseCode(1004)), ("88 02 03 ed", .invalidCloseCode(1005)),
        ("88 02 03 ee", .invalidCloseCode(1006)), ("88 02 03 f7", .invalidCloseCode(1015)),
        ("88 02 07 d0", .invalidCloseCode(2000)), ("88 02 0b b7", .invalidCloseCode(2999)),
        ("88 02 13 88", .invalidCloseCode(5000)), ("88 02 ff ff", .invalidCloseCode(65535)),
        ("88 03 03 e8 ff", .invalidUTF8), ("88 04 03 e8 e2 82", .invalidUTF8),
        ("81 01 ff", .invalidUTF8), ("81 01 80", .invalidUTF8), ("81 02 c0 80", .invalidUTF8),
        ("81 02 c1 bf", .invalidUTF8),
        ("81 03 e0 9f bf", .invalidUTF8), ("81 03 ed a0 80", .invalidUTF8), ("81 04 f0 8f bf bf", .invalidUTF8),
        ("81 04 f4 90 80 80", .invalidUTF8), ("81 01 f5", .invalidUTF8), ("81 02 e2 82", .invalidUTF8),
        ("81 09 61 61 61 61 61 61 61 61 80", .invalidUTF8), ("01 01 e2 80 00", .invalidUTF8),
        ("01 01 e2 80 01 61", .invalidUTF8),
    ]

    @Test(arguments: wellFormed) func reads(_ bytes: String, _ expected: [FrameOutcome]) {
        for pieces in Pieces.ways(of: hex(bytes)) {
            #expect(FrameOutcome.read(pieces) == expected)
        }
    }

    @Test(arguments: malformed) func refuses(_ bytes: String, _ expected: WebSocketViolation) {
        for pieces in Pieces.ways(of: hex(bytes)) {
            #expect(FrameOutcome.read(pieces).last == .failed(expected))
        }
    }

    @Test("finds mistakes before the rest has arrived") func failsFast() {
        // The first byte of a frame, the first of a character that can't be.
        for (bytes, violation) in [
            ("b1", WebSocketViolation.reservedBits), ("83", .reservedOpcode(3)), ("08", .fragmentedControlFrame),
            ("89 7f", .controlFrameTooLong), ("81 80", .maskedFrame), ("80 7e", nil), ("81 7d 61 c3 28", .invalidUTF8),
            ("81 7d ed a0", .invalidUTF8),
        ] {
            guard let violation else { continue }
            #expect(FrameOutcome.read([hex(bytes)[...]]).last == .failed(violation), "\(bytes)")
        }
    }

    @Test("unmasks what a client sends, wherever it is cut") func masked() {
        #expect(FrameOutcome.read([hex("81 85 37 fa 21 3d 7f 9f 4d 51 58")[...]], role: .server) == [.text("Hello")])
        #expect(FrameOutcome.read([hex("81 05 48")[...]], role: .server) == [.failed(.unmaskedFrame)])
        for length in [0, 1, 3, 7, 8, 9, 31, 125, 126, 200, 65_535, 65_536] {
            let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            var frame = ByteBuffer()
            frame.writeWebSocketFrame(.binary, ByteBuffer(bytes: payload), mask: WebSocketMask(key: 0xA1B2_C3D4))
            let bytes = Array(frame.readableBytesView)
            for pieces in length > 1000 ? [[bytes[...]], [bytes[..<777], bytes[777...]]] : Pieces.ways(of: bytes) {
                #expect(FrameOutcome.read(pieces, role: .server) == [.binary(payload)])
            }
        }
    }

    @Test("refuses a message by its announced size") func sizes() {
        let big = WebSocketViolation.messageTooBig(limit: 4)
        #expect(FrameOutcome.read([hex("82 04 01 02 03 04")[...]], limit: 4) == [.binary([1, 2, 3, 4])])
        #expect(FrameOutcome.read([hex("82 05")[...]], limit: 4) == [.failed(big)])
        #expect(FrameOutcome.read([hex("82 7f 7f ff ff ff ff ff ff ff")[...]], limit: 4) == [.failed(big)])
        #expect(FrameOutcome.read([hex("02 03 01 02 03  80 01 04")[...]], limit: 4) == [.binary([1, 2, 3, 4])])
        #expect(FrameOutcome.read([hex("02 03 01 02 03  80 02")[...]], limit: 4) == [.failed(big)])
        #expect(
            FrameOutcome.read([hex("02 03 01 02 03  80 7f 7f ff ff ff ff ff ff ff")[...]], limit: 4) == [.failed(big)]
        )
        #expect(
            FrameOutcome.read([hex("81 03 61 61 61 81 03 62 62 62")[...]], limit: 4) == [.text("aaa"), .text("bbb")]
        )
    }

    @Test("goes on failing") func failsForGood() {
        var reader = WebSocketMessageReader(role: .client, maximumMessageSize: nil)
        reader.append(ByteBuffer(bytes: [0x83]))
        for _ in 0..<2 {
            #expect(throws: WebSocketViolation.reservedOpcode(3)) { try reader.next() }
            reader.append(ByteBuffer(bytes: [0x81, 0]))
        }
    }
}

@Suite struct WebSocketFrameWriterTests {
    @Test(
        arguments: [
            ("Hello", nil, "81 05 48 65 6c 6c 6f"), ("", nil, "81 00"),
            // RFC 6455 section 5.7: the key 37 fa 21 3d.
            ("Hello", WebSocketMask(key: 0x3D21_FA37), "81 85 37 fa 21 3d 7f 9f 4d 51 58"),
        ] as [(String, WebSocketMask?, String)]
    )
    func text(_ text: String, _ mask: WebSocketMask?, _ expected: String) {
        var buffer = ByteBuffer()
        buffer.writeWebSocketFrame(text: text, mask: mask)
        #expect(Array(buffer.readableBytesView) == hex(expected))
    }

    @Test(arguments: [
        (125, "82 7d"), (126, "82 7e 00 7e"), (65_535, "82 7e ff ff"), (65_536, "82 7f 00 00 00 00 00 01 00 00"),
    ]) func lengths(_ length: Int, _ head: String) {
        var buffer = ByteBuffer()
        buffer.writeWebSocketFrame(.binary, ByteBuffer(repeating: 9, count: length))
        #expect(Array(buffer.readableBytesView) == hex(head) + Array(repeating: 9, count: length))
    }

    @Test func fragments() {
        var buffer = ByteBuffer()
        buffer.writeWebSocketFrame(.text, ByteBuffer(string: "a"), isFinal: false, isCompressed: true)
        buffer.writeWebSocketFrame(.continuation, ByteBuffer(string: "b"))
        #expect(Array(buffer.readableBytesView) == hex("41 01 61 80 01 62"))
    }

    @Test func closeFrames() {
        for (close, expected) in [
            (WebSocketClose(nil), "88 00"), (WebSocketClose(nil, reason: "x"), "88 00"),
            (WebSocketClose(.normalClosure), "88 02 03 e8"),
            (WebSocketClose(.goingAway, reason: "bye"), "88 05 03 e9 62 79 65"),
        ] {
            var buffer = ByteBuffer()
            buffer.writeWebSocketClose(close)
            #expect(Array(buffer.readableBytesView) == hex(expected))
        }
        let long = WebSocketClose(.normalClosure, reason: String(repeating: "€", count: 50))
        #expect(long.reason == String(repeating: "€", count: 41), "123 bytes, and no half character")
    }
}

@Suite struct WebSocketClosingTests {
    private static let bye = WebSocketClose(.goingAway, reason: "bye")

    @Test func peerFirst() {
        var server = WebSocketClosing(role: .server)
        #expect(server.received(Self.bye) == .sendAndDisconnect(WebSocketClose(.goingAway)))
        #expect((server.code, server.reason) == (.goingAway, "bye"))
        #expect(server.state == .finished)
        #expect(server.close(Self.bye) == .none)
        server.disconnected()
        #expect((server.state, server.code) == (.closed, .goingAway))
        var client = WebSocketClosing(role: .client)
        #expect(client.received(WebSocketClose(nil)) == .sendAndAwaitDisconnect(WebSocketClose(nil)))
        #expect(client.code == .noStatusReceived)
    }

    @Test func thisSideFirst() {
        var server = WebSocketClosing(role: .server)
        #expect(server.close(Self.bye) == .send(Self.bye))
        #expect(server.close(Self.bye) == .none)
        #expect((server.state, server.code) == (.awaitsPeer, nil))
        #expect(server.received(WebSocketClose(.normalClosure)) == .disconnect)
        #expect(server.code == .normalClosure)
        #expect(server.received(Self.bye) == .none)
        var client = WebSocketClosing(role: .client)
        #expect(client.close(Self.bye) == .send(Self.bye))
        #expect(client.received(Self.bye) == .awaitDisconnect)
    }

    @Test func failures() {
        let close = WebSocketClose(.protocolError, reason: "x")
        var open = WebSocketClosing(role: .server)
        #expect(open.fail(close) == .sendAndAwaitDisconnect(close))
        #expect((open.code, open.reason) == (.protocolError, "x"))
        #expect(open.fail(close) == .none)
        var closing = WebSocketClosing(role: .client)
        _ = closing.close(Self.bye)
        #expect(closing.fail(close) == .disconnect)
        for isClosing in [false, true] {
            var lost = WebSocketClosing(role: .client)
            if isClosing { _ = lost.close(Self.bye) }
            lost.disconnected()
            #expect((lost.state, lost.code, lost.reason) == (.closed, .abnormalClosure, ""))
            #expect(lost.received(Self.bye) == .none)
            #expect(lost.fail(close) == .none)
        }
    }

    @Test func codes() {
        for number in UInt16.min ... .max {
            let expected = [1000...1003, 1007...1014, 3000...4999].contains { $0.contains(number) }
            #expect(WebSocketCloseCode(rawValue: number).canBeSent == expected)
        }
    }
}
