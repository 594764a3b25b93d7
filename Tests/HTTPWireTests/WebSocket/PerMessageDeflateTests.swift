import HTTPWire
import NIOCore
import Testing

@Suite(.calculation) struct PerMessageDeflateTests {
    // MARK: Negotiation

    static let answers: [(String, WebSocketCompression, String?)] = [
        ("permessage-deflate", .on, "permessage-deflate"),
        ("Permessage-Deflate", .on, "permessage-deflate"),
        ("permessage-deflate", .off, nil), ("", .on, nil), ("x-webkit-deflate-frame", .on, nil),
        // What browsers send. A server that has no wish about it says nothing.
        ("permessage-deflate; client_max_window_bits", .on, "permessage-deflate"),
        (
            "permessage-deflate; client_max_window_bits", WebSocketCompression(clientMaxWindowBits: 10),
            "permessage-deflate; client_max_window_bits=10"
        ),
        // Not offered, so not answered.
        ("permessage-deflate", WebSocketCompression(clientMaxWindowBits: 10), "permessage-deflate"),
        ("permessage-deflate", WebSocketCompression(serverMaxWindowBits: 10), "permessage-deflate"),
        ("permessage-deflate; client_max_window_bits=12", .on, "permessage-deflate; client_max_window_bits=12"),
        (
            "permessage-deflate; client_max_window_bits=9", WebSocketCompression(clientMaxWindowBits: 10),
            "permessage-deflate; client_max_window_bits=9"
        ),
        ("permessage-deflate; server_max_window_bits=8", .on, "permessage-deflate; server_max_window_bits=8"),
        (
            "permessage-deflate; server_max_window_bits=12", WebSocketCompression(serverMaxWindowBits: 10),
            "permessage-deflate; server_max_window_bits=10"
        ),
        ("permessage-deflate; server_max_window_bits=\"10\"", .on, "permessage-deflate; server_max_window_bits=10"),
        (
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover", .on,
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        ),
        (
            "permessage-deflate", WebSocketCompression(serverNoContextTakeover: true, clientNoContextTakeover: true),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        ),
        // Offers that can't be accepted are passed over.
        ("permessage-deflate; server_max_window_bits=7", .on, nil),
        ("permessage-deflate; server_max_window_bits=16", .on, nil),
        ("permessage-deflate; server_max_window_bits=08", .on, nil),
        ("permessage-deflate; server_max_window_bits", .on, nil),
        ("permessage-deflate; client_max_window_bits=x", .on, nil), ("permessage-deflate; unknown", .on, nil),
        ("permessage-deflate; server_no_context_takeover=1", .on, nil),
        ("permessage-deflate; client_max_window_bits; client_max_window_bits", .on, nil),
        ("permessage-deflate; unknown, permessage-deflate", .on, "permessage-deflate"),
        (
            "foo, permessage-deflate; server_max_window_bits=9, permessage-deflate", .on,
            "permessage-deflate; server_max_window_bits=9"
        ),
    ]

    @Test(arguments: answers) func accepts(_ offer: String, _ options: WebSocketCompression, _ answer: String?) {
        #expect(PerMessageDeflate.accept([offer], options)?.answer == answer)
    }

    @Test func offers() throws {
        #expect(PerMessageDeflate.offer(.off) == nil)
        #expect(PerMessageDeflate.offer(.on) == "permessage-deflate; client_max_window_bits")
        let all = WebSocketCompression(
            serverNoContextTakeover: true,
            clientNoContextTakeover: true,
            serverMaxWindowBits: 9,
            clientMaxWindowBits: 99
        )
        #expect(
            PerMessageDeflate.offer(all)
                == "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=15"
        )
        // What one side offers and the other answers, both understand in the same way.
        for options in [
            WebSocketCompression.on, all, WebSocketCompression(serverMaxWindowBits: 11, clientMaxWindowBits: 10),
        ] {
            let offer = try #require(PerMessageDeflate.offer(options))
            let accepted = try #require(PerMessageDeflate.accept([offer], .on))
            #expect(try PerMessageDeflate.agree([accepted.answer], options) == accepted.agreed)
        }
    }

    @Test(arguments: [
        "permessage-deflate; client_max_window_bits", "permessage-deflate; server_max_window_bits=16", "foo",
        "permessage-deflate; unknown", "permessage-deflate, permessage-deflate",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    ]) func refusesAnswers(_ answer: String) {
        #expect(throws: WebSocketHandshakeError.self) { try PerMessageDeflate.agree([answer], .on) }
    }

    @Test func insists() throws {
        #expect(try PerMessageDeflate.agree([], .on) == nil)
        #expect(throws: WebSocketHandshakeError.self) { try PerMessageDeflate.agree(["permessage-deflate"], .off) }
        let wish = WebSocketCompression(serverNoContextTakeover: true)
        #expect(throws: WebSocketHandshakeError.self) { try PerMessageDeflate.agree(["permessage-deflate"], wish) }
        let small = WebSocketCompression(serverMaxWindowBits: 10)
        #expect(throws: WebSocketHandshakeError.self) { try PerMessageDeflate.agree(["permessage-deflate"], small) }
        let agreed = try #require(try PerMessageDeflate.agree(["permessage-deflate; client_max_window_bits=8"], .on))
        #expect(MessageDeflater(agreed, role: .client, level: 1) == nil, "zlib has no window of 256 bytes")
    }

    // MARK: Messages

    /// RFC 7692 section 7.2.3.
    static let examples: [(String, [FrameOutcome])] = [
        ("c1 07 f2 48 cd c9 c9 07 00", [.text("Hello")]),
        ("41 03 f2 48 cd  80 04 c9 c9 07 00", [.text("Hello")]),
        ("c1 07 f2 48 cd c9 c9 07 00  c1 05 f2 00 11 00 00", [.text("Hello"), .text("Hello")]),
        ("c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00", [.text("Hello")]),
        ("c1 08 f3 48 cd c9 c9 07 00 00", [.text("Hello")]),
        ("c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00", [.text("Hello")]),
        ("c1 01 00", [.text("")]), ("c1 01 00 c1 07 f2 48 cd c9 c9 07 00", [.text(""), .text("Hello")]),
        // A message need not be compressed.
        ("81 01 61  c1 07 f2 48 cd c9 c9 07 00  82 01 01", [.text("a"), .text("Hello"), .binary([1])]),
        ("41 03 f2 48 cd  89 00  80 04 c9 c9 07 00", [.ping([]), .text("Hello")]),
    ]

    @Test(arguments: examples) func reads(_ bytes: String, _ expected: [FrameOutcome]) {
        for pieces in Pieces.ways(of: hex(bytes)) {
            #expect(FrameOutcome.read(pieces, deflate: PerMessageDeflate()) == expected)
        }
    }

    @Test(
        arguments: [
            ("41 01 00  c0 01 00", .reservedBits), ("c9 00", .reservedBits),
            ("c1 06 00 0a 00 f5 ff 61", .corruptCompression(.truncated)), ("c1 00", .corruptCompression(.truncated)),
            ("c1 04 07 00 00 00", .corruptCompression(.corrupt("invalid block type"))),
        ] as [(String, WebSocketViolation)]
    )
    func refuses(_ bytes: String, _ expected: WebSocketViolation) {
        for pieces in Pieces.ways(of: hex(bytes)) {
            #expect(FrameOutcome.read(pieces, deflate: PerMessageDeflate()).last == .failed(expected))
        }
    }

    @Test(
        "answers the first violation of several, however the message is cut",
        arguments: [
            // Stored blocks; a block of type 3 does not exist.
            ("c1 0c 00 06 00 f9 ff ff 61 61 61 61 61 00", 4, .invalidUTF8),
            ("c1 0a 00 04 00 fb ff 61 61 61 ff 00", 2, .messageTooBig(limit: 2)),
            ("c1 09 00 03 00 fc ff 61 61 ff 00", 2, .messageTooBig(limit: 2)),
            ("c1 09 00 03 00 fc ff 61 61 ff 00", 3, .invalidUTF8),
            ("c1 07 00 01 00 fe ff ff 07", 4, .invalidUTF8),
            ("c1 08 00 02 00 fd ff 61 61 07", 1, .messageTooBig(limit: 1)),
            ("c1 08 00 02 00 fd ff 61 61 07", 2, .corruptCompression(.corrupt("invalid block type"))),
            ("c1 08 00 02 00 fd ff c3 a4 07", 0, .messageTooBig(limit: 0)),
            ("c1 07 00 01 00 fe ff c3 07", 4, .corruptCompression(.corrupt("invalid block type"))),
        ] as [(String, Int, WebSocketViolation)]
    )
    func firstViolation(_ bytes: String, limit: Int, _ expected: WebSocketViolation) {
        for pieces in Pieces.ways(of: hex(bytes)) {
            #expect(FrameOutcome.read(pieces, limit: limit, deflate: PerMessageDeflate()).last == .failed(expected))
        }
    }

    @Test("compresses what the other side decompresses, with every window") func roundTrips() throws {
        let messages = (1...6).map { String(repeating: "{\"name\": \"martlet\", \"n\": \($0)} ", count: $0 * 40) }
        for bits in 9...15 {
            for startsAnew in [false, true] {
                var agreed = PerMessageDeflate()
                (agreed.clientMaxWindowBits, agreed.clientNoContextTakeover) = (bits, startsAnew)
                let deflater = try #require(MessageDeflater(agreed, role: .client, level: 6))
                var wire = ByteBuffer()
                for (index, message) in messages.enumerated() {
                    var bytes = ByteBuffer()
                    // In pieces, an empty one among them.
                    try deflater.deflate(
                        ByteBuffer(string: String(message.prefix(index * 10))),
                        isLast: false,
                        into: &bytes
                    )
                    try deflater.deflate(
                        ByteBuffer(string: String(message.dropFirst(index * 10))),
                        isLast: true,
                        into: &bytes
                    )
                    #expect(bytes.readableBytes < message.utf8.count / 4)
                    wire.writeWebSocketFrame(.text, bytes, isCompressed: true, mask: WebSocketMask(key: 7))
                    var empty = ByteBuffer()
                    try deflater.deflate(ByteBuffer(), isLast: true, into: &empty)
                    wire.writeWebSocketFrame(.binary, empty, isCompressed: true, mask: WebSocketMask(key: 8))
                }
                let expected = messages.flatMap { [FrameOutcome.text($0), .binary([])] }
                let bytes = Array(wire.readableBytesView)
                for pieces in [[bytes[...]], bytes.indices.map { bytes[$0...$0] }] {
                    #expect(FrameOutcome.read(pieces, role: .server, deflate: agreed) == expected)
                }
            }
        }
    }

    @Test("shares a stream between connections, but nothing that it has seen") func shared() throws {
        var agreed = PerMessageDeflate()
        agreed.serverNoContextTakeover = true
        let hello = hex("c1 07 f2 48 cd c9 c9 07 00")
        // Refers to a message before it (RFC 7692 section 7.2.3.2).
        let again = hex("c1 05 f2 00 11 00 00")
        for _ in 0..<3 {
            #expect(FrameOutcome.read([hello[...]], deflate: agreed) == [.text("Hello")])
            #expect(
                FrameOutcome.read([again[...]], deflate: agreed)
                    == [.failed(.corruptCompression(.corrupt("invalid distance too far back")))]
            )
            // Ends inside a message.
            #expect(FrameOutcome.read([hex("41 03 f2 48 cd")[...]], deflate: agreed) == [.begun(Array("He".utf8))])
        }
        let first = try #require(MessageDeflater(agreed, role: .server, level: 1))
        let second = try #require(MessageDeflater(agreed, role: .server, level: 1))
        var (one, other) = (ByteBuffer(), ByteBuffer())
        for _ in 0..<3 {
            try first.deflate(ByteBuffer(string: "Hel"), isLast: false, into: &one)
            try second.deflate(ByteBuffer(string: "Hello"), isLast: true, into: &other)
            try first.deflate(ByteBuffer(string: "lo"), isLast: true, into: &one)
            #expect(Array(one.readableBytesView) == hex("f2 48 cd c9 c9 07 00"))
            #expect(Array(other.readableBytesView) == hex("f2 48 cd c9 c9 07 00"))
            one.clear()
            other.clear()
        }
    }

    @Test("stops at the size that a message may have") func bomb() throws {
        let deflater = try #require(MessageDeflater(PerMessageDeflate(), role: .server, level: 9))
        var bytes = ByteBuffer()
        try deflater.deflate(ByteBuffer(repeating: 0, count: 3_000_000), isLast: true, into: &bytes)
        #expect(bytes.readableBytes < 30_000)
        var frame = ByteBuffer()
        frame.writeWebSocketFrame(.binary, bytes, isCompressed: true)
        let pieces = [Array(frame.readableBytesView)[...]]
        let outcome = FrameOutcome.read(pieces, limit: 1_000_000, deflate: PerMessageDeflate())
        #expect(outcome == [.failed(.messageTooBig(limit: 1_000_000))])
        let whole = FrameOutcome.read(pieces, limit: 3_000_000, deflate: PerMessageDeflate())
        #expect(whole == [.binary(Array(repeating: 0, count: 3_000_000))])
        let oneTooMany = FrameOutcome.read(pieces, limit: 2_999_999, deflate: PerMessageDeflate())
        #expect(oneTooMany == [.failed(.messageTooBig(limit: 2_999_999))])
        // As long as what comes out at a time.
        var pieceful = ByteBuffer()
        try deflater.deflate(ByteBuffer(repeating: 7, count: 65_536), isLast: true, into: &pieceful)
        var second = ByteBuffer()
        second.writeWebSocketFrame(.binary, pieceful, isCompressed: true)
        let both = [pieces[0], Array(second.readableBytesView)[...]]
        #expect(
            FrameOutcome.read(both, deflate: PerMessageDeflate()).last == .binary(Array(repeating: 7, count: 65_536))
        )
        // However little has been sent of it, no more than a piece comes out at a time.
        var reader = WebSocketMessageReader(role: .client, maximumMessageSize: nil, deflate: PerMessageDeflate())
        reader.append(frame)
        guard case .part(let part) = try reader.next() else { throw ContentCodingError.truncated }
        #expect(part.bytes.readableBytes == 65_536)
    }
}
