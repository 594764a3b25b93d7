#if os(Linux)
    import NIOCore
    import Synchronization
    import Testing

    @testable import Martlet

    /// An event loop of the process's own: its tasks and timers.
    @Suite(.timeLimit(.minutes(5))) struct EpollEventLoopTests {
        private let loop: EpollEventLoop

        init() throws {
            let group = try #require(EpollEventLoopGroup.singleton)
            loop = try #require(group.next() as? EpollEventLoop)
        }

        @Test("runs tasks on its thread, in the order of their submission")
        func order() async throws {
            #expect(!loop.inEventLoop)
            #expect(EpollEventLoop.current == nil)
            let numbers = Mutex<[Int]>([])
            for number in 0..<1000 {
                loop.execute {
                    precondition(self.loop.inEventLoop && EpollEventLoop.current === self.loop)
                    numbers.withLock { $0.append(number) }
                }
            }
            try await loop.submit {}.get()
            #expect(numbers.withLock { $0 } == Array(0..<1000))
        }

        @Test("loses no task while it falls asleep")
        func wakingUp() async throws {
            // Each round trip finds the loop about to wait, or waiting.
            for number in 0..<10_000 {
                #expect(try await loop.submit { number }.get() == number)
            }
        }

        @Test("takes tasks from many threads at once")
        func manyThreads() async throws {
            let counter = Counter()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { [loop] in
                        for _ in 0..<1000 { loop.execute { counter.value.add(1, ordering: .relaxed) } }
                    }
                }
            }
            try await loop.submit {}.get()
            let count = counter.value.load(ordering: .relaxed)
            #expect(count == 8000)
        }

        private final class Counter: Sendable {
            let value = Atomic(0)
        }

        @Test("runs what a task adds after it")
        func nestedTasks() async throws {
            let texts = Mutex<[String]>([])
            let done = loop.makePromise(of: Void.self)
            loop.execute {
                self.loop.execute {
                    texts.withLock { $0.append("inner") }
                    done.succeed()
                }
                texts.withLock { $0.append("outer") }
            }
            try await done.futureResult.get()
            #expect(texts.withLock { $0 } == ["outer", "inner"])
        }

        @Test("fires timers, not before their time")
        func timers() async throws {
            let start = NIODeadline.now()
            let fired = try await loop.scheduleTask(in: .milliseconds(20)) { NIODeadline.now() }.futureResult.get()
            #expect(fired - start >= .milliseconds(20))
        }

        @Test("does not fire timers that are cancelled, on the loop or elsewhere")
        func cancelledTimers() async throws {
            let hasFired = Atomic(false)
            let first = loop.scheduleTask(in: .milliseconds(10)) { hasFired.store(true, ordering: .relaxed) }
            first.cancel()
            let second = loop.scheduleTask(in: .milliseconds(10)) { hasFired.store(true, ordering: .relaxed) }
            try await loop.submit { second.cancel() }.get()
            await #expect(throws: EventLoopError.cancelled) { try await first.futureResult.get() }
            await #expect(throws: EventLoopError.cancelled) { try await second.futureResult.get() }
            try await loop.scheduleTask(in: .milliseconds(30)) {}.futureResult.get()
            let fired = hasFired.load(ordering: .relaxed)
            #expect(!fired)
        }

        @Test("repeats tasks until that is cancelled")
        func repeatedTasks() async throws {
            let done = loop.makePromise(of: Int.self)
            let count = Mutex(0)
            loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1)) { task in
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                guard number == 3 else { return }
                task.cancel()
                done.succeed(number)
            }
            #expect(try await done.futureResult.get() == 3)
        }

        @Test("passes on what a timer throws")
        func failingTimers() async throws {
            struct Failure: Error {}
            let timer = loop.scheduleTask(in: .zero) { throw Failure() }
            await #expect(throws: Failure.self) { try await timer.futureResult.get() }
        }
    }
#endif
