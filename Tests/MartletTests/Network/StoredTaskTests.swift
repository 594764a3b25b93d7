import Testing

@testable import Martlet

@Suite struct StoredTaskTests {
    @Test("S13: A task that had to be cancelled before it was stored is cancelled then")
    func cancelledBefore() async {
        var stored = StoredTask()
        stored.cancel()
        let task = Task<Void, Never> { try? await untilCancelled() }
        stored.store(task)
        await task.value
        #expect(task.isCancelled)
    }

    @Test("One that is released is not, nor the next")
    func released() {
        var stored = StoredTask()
        let first = Task {}
        stored.store(first)
        stored.cancel()
        stored.release()
        let second = Task {}
        stored.store(second)
        #expect(first.isCancelled && !second.isCancelled)
    }
}
