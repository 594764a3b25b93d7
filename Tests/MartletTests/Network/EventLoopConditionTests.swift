import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Martlet

/// Tasks that wait for what changes on a loop.
@Suite(.timeLimit(.minutes(5))) struct EventLoopConditionTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// A number that changes on the loop, and what waits for it.
    private final class Level: Sendable {
        let loop: any EventLoop
        let condition: EventLoopCondition
        private let value = Atomic(0)
        /// How often the value was asked for.
        let questions = Atomic(0)

        init(_ loop: any EventLoop) {
            self.loop = loop
            self.condition = EventLoopCondition(eventLoop: loop)
        }

        func reach(_ level: Int) async throws {
            try await loop.submit {
                self.value.store(level, ordering: .relaxed)
                self.condition.signal()
            }.get()
        }

        /// Waits until the value is at least `level`.
        func wait(for level: Int) async throws {
            try await condition.wait {
                #expect(self.loop.inEventLoop)
                self.questions.add(1, ordering: .relaxed)
                return self.value.load(ordering: .relaxed) >= level
            }
        }

        /// Begins to wait, and returns once the value has been asked for.
        func startWaiting(for level: Int) async -> Task<Void, any Error> {
            let count = questions.load(ordering: .relaxed)
            let task = Task { try await wait(for: level) }
            while questions.load(ordering: .relaxed) == count { await Task.yield() }
            return task
        }
    }

    @Test("What is met already is not waited for")
    func met() async throws {
        let level = Level(loop)
        try await level.reach(1)
        try await level.wait(for: 1)
    }

    @Test("Each task goes on when its own condition is met")
    func several() async throws {
        let level = Level(loop)
        let (third, first) = (await level.startWaiting(for: 3), await level.startWaiting(for: 1))
        try await level.reach(1)
        try await first.value
        let second = await level.startWaiting(for: 2)
        try await level.reach(2)
        try await second.value
        try await level.reach(3)
        try await third.value
    }

    @Test("A task that is cancelled stops waiting, and is not asked about again")
    func cancelled() async throws {
        let level = Level(loop)
        let task = await level.startWaiting(for: 1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let count = level.questions.load(ordering: .relaxed)
        try await level.reach(1)
        #expect(level.questions.load(ordering: .relaxed) == count)
    }

    @Test("A task that was cancelled before does not wait")
    func cancelledBefore() async throws {
        let level = Level(loop)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await level.wait(for: 1)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
