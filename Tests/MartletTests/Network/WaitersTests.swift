import Synchronization
import Testing

@testable import Martlet

/// Tasks that wait, and how each of them is resumed once.
@Suite(.timeLimit(.minutes(5))) struct WaitersTests {
    /// Something to wait for: the next of its words.
    private final class Words: Sendable {
        private struct State: WaitedFor {
            var waiters = Waiters<String>()
            var words: [String] = []
            /// How many waits have begun.
            var waits = 0
        }

        private let state = Mutex(State())

        var isAwaited: Bool { state.withLock { !$0.waiters.isEmpty } }

        func next() async throws -> String {
            try await state.wait { $0.words.isEmpty ? nil : .success($0.words.removeFirst()) }
        }

        /// Gives a word to the task that has waited longest; false when it is kept, since none waits.
        @discardableResult
        func add(_ word: String) -> Bool {
            let waiter = state.withLock { state in
                let waiter = state.waiters.popFirst()
                if waiter == nil { state.words.append(word) }
                return waiter
            }
            waiter?.resume(returning: word)
            return waiter != nil
        }

        func resumeAll(with result: Result<String, any Error>) {
            state.withLock { $0.waiters.removeAll() }.resume(with: result)
        }

        /// Begins to wait, and returns when that has begun.
        func startWaiting() async -> Task<String, any Error> {
            let count = state.withLock { $0.waits }
            let task = Task {
                try await state.wait { state in
                    state.waits += 1
                    return nil
                }
            }
            while state.withLock({ $0.waits }) == count { await Task.yield() }
            return task
        }
    }

    private struct Failure: Error, Equatable {}

    @Test("A task that has nothing to wait for goes on")
    func nothingToWaitFor() async throws {
        let words = Words()
        #expect(!words.add("a"))
        let word = try await words.next()
        #expect(word == "a")
        #expect(!words.isAwaited)
    }

    @Test("Tasks are resumed in the order in which they came")
    func order() async throws {
        let words = Words()
        var tasks: [Task<String, any Error>] = []
        for _ in 0..<4 { tasks.append(await words.startWaiting()) }
        for word in ["a", "b", "c", "d"] {
            let isTaken = words.add(word)
            #expect(isTaken)
        }
        for (task, word) in zip(tasks, ["a", "b", "c", "d"]) {
            let got = try await task.value
            #expect(got == word)
        }
        #expect(!words.isAwaited)
    }

    @Test("All can be resumed at once, with an answer or an error")
    func all() async throws {
        let words = Words()
        let first = [await words.startWaiting(), await words.startWaiting(), await words.startWaiting()]
        words.resumeAll(with: .success("all"))
        for task in first {
            let word = try await task.value
            #expect(word == "all")
        }
        let second = [await words.startWaiting(), await words.startWaiting()]
        words.resumeAll(with: .failure(Failure()))
        for task in second { await #expect(throws: Failure()) { try await task.value } }
        #expect(!words.isAwaited)
        words.resumeAll(with: .success("none waits"))
    }

    @Test("A task that was cancelled before it waits does not wait")
    func cancelledBefore() async throws {
        let words = Words()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await words.next()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!words.isAwaited)
        #expect(!words.add("a"))
    }

    @Test("It gets what is there all the same")
    func cancelledWithAnswer() async throws {
        let words = Words()
        words.add("a")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await words.next()
        }
        task.cancel()
        let word = try await task.value
        #expect(word == "a")
    }

    @Test("A task that is cancelled while it waits leaves the others their places", arguments: 0..<4)
    func cancelledDuring(index: Int) async throws {
        let words = Words()
        var tasks: [Task<String, any Error>] = []
        for _ in 0..<4 { tasks.append(await words.startWaiting()) }
        tasks[index].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[index].value }
        tasks.remove(at: index)
        for word in ["a", "b", "c"] { words.add(word) }
        for (task, word) in zip(tasks, ["a", "b", "c"]) {
            let got = try await task.value
            #expect(got == word)
        }
        #expect(!words.isAwaited)
    }

    @Test("Cancelling a task that has been resumed takes nothing back")
    func cancelledAfter() async throws {
        let words = Words()
        let task = await words.startWaiting()
        words.add("a")
        task.cancel()
        let word = try await task.value
        #expect(word == "a")
        let next = await words.startWaiting()
        words.add("b")
        let other = try await next.value
        #expect(other == "b")
    }

    @Test("Whether a word or the cancellation comes first, each task ends once and no word is lost")
    func races() async throws {
        for _ in 0..<500 {
            let words = Words()
            let task = Task { try? await words.next() }
            async let cancelling: Void = task.cancel()
            words.add("a")
            await cancelling
            let got = await task.value
            let left = words.add("b")
            #expect(!left)
            let first = try await words.next()
            #expect(first == (got == nil ? "a" : "b"))
        }
    }
}
