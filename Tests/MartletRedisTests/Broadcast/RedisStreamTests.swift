#if Redis
    import HTTPWire
    import Martlet
    import NIOCore
    import Testing

    @testable import MartletRedis

    @Suite("Streams of Redis, as values")
    struct RedisStreamTests {
        private func id(_ number: UInt64) -> RedisStreamID { RedisStreamID(milliseconds: number, number: 0) }

        private func message(_ number: UInt64, after previous: UInt64?) -> RedisMessage {
            RedisMessage(id: id(number), content: ByteBuffer(string: "\(number)"), previous: previous.map { id($0) })
        }

        @Test("have ids that are numbers, and no other text")
        func ids() throws {
            for text in ["0-0", "1700000000000-1", "18446744073709551615-18446744073709551615"] {
                #expect(RedisStreamID(text)?.description == text)
            }
            for text in [
                "", "-", "1", "1-", "-1", "01-0", "1-00", "+1-0", "1-+0", "1-0-0", "x-0", "$", "+",
                "18446744073709551616-0", " 1-0", "1-0\n",
            ] {
                #expect(RedisStreamID(text) == nil)
            }
            #expect(id(9) < id(10))
            #expect(RedisStreamID(milliseconds: 9, number: 2) < RedisStreamID(milliseconds: 9, number: 10))
            #expect(!(id(9) < id(9)))
        }

        @Test("tell a reader of messages that are missing")
        func gaps() {
            var cursor = RedisStreamCursor(after: id(1))
            cursor.receive([message(2, after: 1), message(3, after: 2)])
            #expect(cursor.next() == .message(message(2, after: 1)))
            #expect(cursor.next() == .message(message(3, after: 2)))
            #expect(cursor.next() == nil)
            cursor.compare(withLast: id(3))
            cursor.compare(withLast: id(9))
            #expect(cursor.next() == nil)
            // Cut off up to the seventh.
            cursor.receive([message(8, after: 7)])
            #expect(cursor.next() == .gap(resumesAfter: id(7)))
            #expect(cursor.next() == .message(message(8, after: 7)))
            // Something else has added one.
            cursor.receive([message(9, after: nil), message(10, after: 9)])
            #expect(cursor.next() == .message(message(9, after: nil)))
            #expect(cursor.next() == .message(message(10, after: 9)))
            #expect(cursor.next() == nil)
            // Redis was restarted with an older copy, or with none.
            cursor.compare(withLast: id(5))
            #expect(cursor.next() == .gap(resumesAfter: id(5)))
            #expect(cursor.position == id(5))
            cursor.receive([message(6, after: 5)])
            #expect(cursor.next() == .message(message(6, after: 5)))
            cursor.compare(withLast: .zero)
            #expect(cursor.next() == .gap(resumesAfter: .zero))
            cursor.compare(withLast: .zero)
            cursor.receive([message(7, after: 0)])
            #expect(cursor.next() == .message(message(7, after: 0)))
            // It has lost its end, and there are new messages already.
            cursor.receive([message(9, after: 4)])
            #expect(cursor.next() == .gap(resumesAfter: id(4)))
        }

        @Test("carry events, and any bytes as some event")
        func events() throws {
            for event in [
                ServerSentEvent(""), ServerSentEvent("a\nb"), try ServerSentEvent("data", name: "note"),
                try ServerSentEvent("", name: "x y"),
            ] {
                let message = RedisMessage(id: id(1), content: event.redisContent, previous: nil)
                #expect(message.event == event)
            }
            for text in ["", "x", "\n", "bad\rname\nx", "\u{0}"] {
                _ = RedisMessage(id: id(1), content: ByteBuffer(string: text), previous: nil).event
            }
        }

        @Test("let clients wait for an event that another machine has read, and not for ever")
        func arrivals() async throws {
            let arrivals = EventArrivals()
            try await arrivals.wait(for: id(5), at: .seconds(60), by: .system) { true }
            try await arrivals.wait(for: id(5), at: .milliseconds(1), by: .system) { false }
            let waiting = Task { [id5 = id(5)] in
                try await arrivals.wait(for: id5, at: .seconds(60), by: .system) {
                    // It arrives between the first look and the wait.
                    arrivals.arrived(id5)
                    return false
                }
            }
            try await waiting.value
            let cancelled = Task { [id6 = id(6)] in
                try await arrivals.wait(for: id6, at: .seconds(60), by: .system) {
                    arrivals.arrived(.zero)
                    withUnsafeCurrentTask { $0?.cancel() }
                    return false
                }
            }
            await #expect(throws: CancellationError.self) { try await cancelled.value }
        }

        @Test(
            "refuse entries of another form",
            arguments: [
                .null, .array([]), .array([.text("1-0")]), .array([.text("x"), .array([])]),
                .array([.text("1-0"), .array([.text("c")])]),
                .array([.integer(1), .null]),
            ] as [RedisValue]
        )
        func entries(_ entry: RedisValue) throws {
            #expect(throws: RedisError.self) { try RedisMessage(entry: entry) }
            #expect(throws: RedisError.self) { try RedisValue.array([entry]).messages }
        }
    }
#endif
