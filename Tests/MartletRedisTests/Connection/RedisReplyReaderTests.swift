#if Redis
    import NIOCore
    import Testing

    @testable import MartletRedis

    @Suite("The reader of replies")
    struct RedisReplyReaderTests {
        private static let replies: [(String, RedisValue)] = [
            ("+OK\r\n", .simpleString("OK")),
            ("+\r\n", .simpleString("")),
            ("-ERR no\r\n", .error("ERR no")),
            (":0\r\n", .integer(0)),
            (":-9223372036854775808\r\n", .integer(.min)),
            ("$5\r\nhello\r\n", .text("hello")),
            ("$0\r\n\r\n", .text("")),
            ("$4\r\n\r\n\r\n\r\n", .text("\r\n\r\n")),
            ("$-1\r\n", .null),
            ("*-1\r\n", .null),
            ("*0\r\n", .array([])),
            ("*2\r\n$1\r\na\r\n:1\r\n", .array([.text("a"), .integer(1)])),
            (
                "*3\r\n*2\r\n+x\r\n$-1\r\n-ERR y\r\n*1\r\n*0\r\n",
                .array([.array([.simpleString("x"), .null]), .error("ERR y"), .array([.array([])])])
            ),
        ]

        /// Reads bytes in pieces.
        private func read(
            _ pieces: [some Collection<UInt8>],
            bytes: Int = 1_000_000,
            elements: Int = 1_000
        ) throws -> [RedisValue] {
            let reader = RedisReplyReader(maximumBytes: bytes, maximumElements: elements)
            var values: [RedisValue] = []
            for piece in pieces {
                try Array(piece).withUnsafeBytes { try reader.feed($0) }
                while let value = try reader.next() { values.append(value) }
            }
            return values
        }

        @Test("reads each type whole, byte by byte, and split at every position")
        func types() throws {
            for (text, value) in Self.replies {
                let bytes = Array(text.utf8)
                #expect(try read([bytes]) == [value])
                #expect(try read(bytes.map { [$0] }) == [value])
                for split in 1..<bytes.count { #expect(try read([bytes[..<split], bytes[split...]]) == [value]) }
            }
        }

        @Test("reads replies that come together")
        func together() throws {
            let bytes = Self.replies.flatMap { Array($0.0.utf8) }
            let values = Self.replies.map(\.1)
            #expect(try read([bytes]) == values)
            for split in 1..<bytes.count { #expect(try read([bytes[..<split], bytes[split...]]) == values) }
        }

        @Test("reads nothing from a reply that is cut at any position")
        func cut() throws {
            for (text, _) in Self.replies {
                let bytes = Array(text.utf8)
                for end in 0..<bytes.count { #expect(try read([bytes[..<end]]) == []) }
            }
        }

        @Test(
            "refuses what is not RESP 2",
            arguments: [
                "HTTP/1.1 400 Bad Request\r\n", "\r\n", "\u{0}", "$x\r\n", "*x\r\n", ":x\r\n", "$-2\r\n", "*-2\r\n",
                "*99999999999999999999\r\n", "$99999999999999999999\r\n", "*1\r\nx\r\n",
                ",1.5\r\n", "#t\r\n", "*1\r\n#f\r\n", String(repeating: "*1\r\n", count: 9) + ":1\r\n",
            ]
        )
        func garbage(_ text: String) throws {
            let error = try #require(throws: RedisError.self) { try read([Array(text.utf8)]) }
            #expect(error.kind == .invalidReply)
        }

        @Test("refuses more elements than there may be, before they arrive")
        func elements() throws {
            #expect(try read([Array("*2\r\n:1\r\n*1\r\n:1\r\n*3\r\n:1\r\n:1\r\n:1\r\n".utf8)], elements: 3).count == 2)
            for text in ["*4\r\n", "*2\r\n*2\r\n", "*2147483647\r\n", "*1\r\n*2147483647\r\n"] {
                let error = try #require(throws: RedisError.self) { try read([Array(text.utf8)], elements: 3) }
                #expect(error.description == "Redis sent a reply of more than 3 elements.")
            }
        }

        @Test("makes no room for what is only announced, and refuses more bytes than there may be as they arrive")
        func bytes() throws {
            #expect(try read([Array("$536870912\r\n".utf8)]) == [])
            #expect(try read([Array("$7\r\n1234567\r\n$7\r\n1234567\r\n".utf8)], bytes: 13).count == 2)
            let large = Array("$8\r\n12345678\r\n".utf8)
            let error = try #require(throws: RedisError.self) { try read([large], bytes: 13) }
            #expect(error.kind == .invalidReply)
            #expect(throws: error) { try read(large.map { [$0] }, bytes: 13) }

            let reader = RedisReplyReader(maximumBytes: 1_000_000, maximumElements: 10)
            var fed = 0
            #expect(throws: RedisError.self) {
                try Array("$536870912\r\n".utf8).withUnsafeBytes { try reader.feed($0) }
                let piece = [UInt8](repeating: 0x78, count: 65_536)
                while fed < 536_870_912 {
                    #expect(try reader.next() == nil)
                    try piece.withUnsafeBytes { try reader.feed($0) }
                    fed += piece.count
                }
            }
            #expect(fed < 1_100_000)
        }
    }
#endif
