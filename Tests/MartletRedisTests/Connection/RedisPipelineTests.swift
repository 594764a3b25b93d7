#if Redis
    import NIOCore
    import Testing

    @testable import MartletRedis

    @Suite("The pipeline of a connection")
    struct RedisPipelineTests {
        private typealias Pipeline = RedisPipeline<String>

        private func time(_ milliseconds: Int64) -> NIODeadline {
            .uptimeNanoseconds(1_000_000_000) + .milliseconds(milliseconds)
        }

        /// Adds commands of three bytes each, whose calls are named as they are.
        private func pipeline(_ names: [String], limits: Pipeline.Limits = Pipeline.Limits(), until end: Int64 = 1_000)
            throws
            -> (Pipeline, [Pipeline.ID])
        {
            var pipeline = Pipeline(limits)
            let ids = try names.map { name in
                let id = pipeline.makeID()
                try pipeline.append(name, id, ByteBuffer(string: name), until: time(end))
                return id
            }
            return (pipeline, ids)
        }

        @Test("sends all that waits at once, and gives replies to calls in order")
        func order() throws {
            var (pipeline, _) = try pipeline(["one", "two", "six"])
            #expect(String(buffer: pipeline.takeOutput(at: time(0))) == "onetwosix")
            #expect(pipeline.takeOutput(at: time(0)).readableBytes == 0)
            #expect(try pipeline.takeReplied() == "one")
            #expect(try pipeline.takeReplied() == "two")
            #expect(pipeline.expectsReplies)
            #expect(try pipeline.takeReplied() == "six")
            #expect(!pipeline.expectsReplies)
            #expect(throws: RedisError.self) { try pipeline.takeReplied() }
        }

        @Test("does not send a command whose call is cancelled, and passes over the reply to one that was sent")
        func cancel() throws {
            var (pipeline, ids) = try pipeline(["one", "two", "six"])
            #expect(pipeline.cancel(ids[1]) == "two")
            #expect(pipeline.cancel(ids[1]) == nil)
            #expect(String(buffer: pipeline.takeOutput(at: time(0))) == "onesix")
            #expect(pipeline.cancel(ids[0]) == "one")
            #expect(try pipeline.takeReplied() == nil)
            #expect(try pipeline.takeReplied() == "six")
        }

        @Test("lets calls leave at their deadlines, and tells which have been sent")
        func deadlines() throws {
            var limits = Pipeline.Limits()
            limits.sentCount = 1
            var (pipeline, _) = try pipeline(["one", "two"], limits: limits, until: 10)
            #expect(String(buffer: pipeline.takeOutput(at: time(0))) == "one")
            #expect(pipeline.nextTime == time(10))
            #expect(pipeline.takeExpired(at: time(9)).isEmpty)
            let expired = pipeline.takeExpired(at: time(10))
            #expect(expired.map(\.call) == ["one", "two"])
            #expect(expired.map(\.wasSent) == [true, false])
            #expect(pipeline.callCount == 0)
            // The reply may still come; not for ever.
            #expect(pipeline.nextTime == time(2_000))
            #expect(!pipeline.isStalled(at: time(1_999)))
            #expect(pipeline.isStalled(at: time(2_000)))
            #expect(try pipeline.takeReplied() == nil)
            #expect(!pipeline.isStalled(at: time(5_000)))
        }

        @Test("loses the calls of which something was sent, and keeps the others in order")
        func lost() throws {
            for unsent in 0...9 {
                var (pipeline, _) = try pipeline(["one", "two", "six"])
                _ = pipeline.takeOutput(at: time(0))
                let lost = pipeline.loseConnection(unsent: unsent)
                #expect(lost == Array(["one", "two", "six"].dropLast(unsent / 3)))
                #expect(!pipeline.expectsReplies)
                let again = pipeline.takeOutput(at: time(0))
                #expect(String(buffer: again) == ["one", "two", "six"].suffix(unsent / 3).joined())
                // On the next connection bytes count anew.
                #expect(pipeline.loseConnection(unsent: again.readableBytes).isEmpty)
            }
        }

        @Test("is bounded in commands and in bytes")
        func bounds() throws {
            var limits = Pipeline.Limits()
            limits.waitingCount = 2
            var (pipeline, ids) = try pipeline(["one", "two"], limits: limits)
            let third = pipeline.makeID()
            let error = try #require(throws: RedisError.self) {
                try pipeline.append("six", third, ByteBuffer(string: "six"), until: time(9))
            }
            #expect(error.kind == .tooManyWaiting)
            #expect(error.isPassing)
            // Those that were sent and have no reply count too.
            _ = pipeline.takeOutput(at: time(0))
            #expect(throws: RedisError.self) { try pipeline.append("six", third, ByteBuffer(), until: time(9)) }
            _ = pipeline.cancel(ids[0])
            try pipeline.append("six", third, ByteBuffer(string: "six"), until: time(9))

            limits.waitingBytes = 5
            #expect(throws: RedisError.self) { try self.pipeline(["one", "two"], limits: limits) }
        }

        @Test("keeps no commands of calls that have left, while there is no connection")
        func left() throws {
            var pipeline = Pipeline()
            for number in 0..<10_000 {
                let id = pipeline.makeID()
                try pipeline.append("x", id, ByteBuffer(string: "command"), until: time(9))
                if number.isMultiple(of: 100) { continue }
                _ = pipeline.cancel(id)
            }
            #expect(pipeline.callCount == 100)
            #expect(pipeline.waitingCount <= 300)
        }

        @Test("sends a large number of commands in several pieces")
        func pieces() throws {
            var limits = Pipeline.Limits()
            limits.outputBytes = 7
            var (pipeline, _) = try pipeline(["one", "two", "six", "ten"], limits: limits)
            #expect(String(buffer: pipeline.takeOutput(at: time(0))) == "onetwo")
            #expect(String(buffer: pipeline.takeOutput(at: time(0))) == "sixten")
        }

        @Test("waits longer after each attempt to connect, up to a bound")
        func backOff() {
            var backOff = RedisBackOff()
            let pauses = (0..<8).map { _ in backOff.pause(random: 0) }
            #expect(pauses == [0, 50, 100, 200, 400, 800, 1_600, 2_000].map { .milliseconds($0) })
            #expect(backOff.pause(random: 1) == .seconds(1))
            backOff.reset()
            #expect(backOff.pause() == .zero)
        }
    }
#endif
