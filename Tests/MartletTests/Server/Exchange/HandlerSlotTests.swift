import Testing

@testable import Martlet

/// What passes between a connection and the task that answers its requests, told without either: requests are numbers,
/// what wakes the task is a name.
@Suite struct HandlerSlotTests {
    private typealias Slot = HandlerSlot<Int, String>

    /// A slot whose task answers request 1.
    private func startedSlot() -> Slot {
        var slot = Slot()
        let delivery = slot.deliver(1)
        #expect(delivery == .start)
        return slot
    }

    @Test("The first request starts the task, later ones go to it")
    func oneTask() {
        var slot = startedSlot()
        #expect(slot.isRunning)
        slot.returned()
        #expect(!slot.isRunning)
        let next = slot.requestNext("task", mayWait: true)
        #expect(next == .wait)
        let delivery = slot.deliver(2)
        #expect(delivery == .resume("task"))
        #expect(slot.isRunning)
    }

    @Test("A request that comes before the task asks for it is kept")
    func kept() {
        var slot = startedSlot()
        let delivery = slot.deliver(2)
        #expect(delivery == .keep)
        #expect(slot.hasNext)
        let next = slot.requestNext("task", mayWait: true)
        #expect(next == .resume(2))
        #expect(!slot.hasNext)
    }

    @Test("A request that is kept can be taken without waiting")
    func taken() {
        var slot = startedSlot()
        _ = slot.deliver(2)
        let taken = (slot.takeNext(), slot.takeNext())
        #expect(taken == (2, nil))
    }

    @Test("Where no request can come the task ends, and one that comes nevertheless starts another")
    func end() {
        var slot = startedSlot()
        let next = slot.requestNext("task", mayWait: false)
        #expect(next == .resume(nil))
        let delivery = slot.deliver(2)
        #expect(delivery == .start)
    }

    @Test("A request that is kept is answered although no further one can come")
    func keptAtEnd() {
        var slot = startedSlot()
        _ = slot.deliver(2)
        let next = slot.requestNext("task", mayWait: false)
        #expect(next == .resume(2))
    }

    @Test("A task that waits is woken once when no further request can come")
    func release() {
        var slot = startedSlot()
        let early = slot.release()
        #expect(early == nil)
        _ = slot.requestNext("task", mayWait: true)
        let woken = (slot.release(), slot.release())
        #expect(woken == ("task", nil))
        let delivery = slot.deliver(2)
        #expect(delivery == .start)
    }

    @Test("Knows its task from those that it has started, until it ends") func currentTask() async {
        var slot = startedSlot()
        #expect(!slot.isCurrentTask)
        withUnsafeCurrentTask { $0.map { slot.runs(as: RunningTask($0)) } }
        #expect(slot.isCurrentTask)
        nonisolated(unsafe) let copy = slot
        async let isChild = copy.isCurrentTask
        #expect(await !isChild)
        _ = slot.requestNext("task", mayWait: false)
        #expect(!slot.isCurrentTask)
    }

    @Test("A task that is cancelled before it is stored is cancelled then")
    func cancelledEarly() async {
        var slot = startedSlot()
        slot.cancel()
        let task = Task { _ = try? await Task.sleep(for: .seconds(60)) }
        slot.started(task)
        await task.value
        #expect(task.isCancelled)
    }

    @Test("A task that has ended before it is stored is not kept")
    func endedEarly() async {
        var slot = startedSlot()
        slot.ended()
        let task = Task {}
        slot.started(task)
        slot.cancel()
        await task.value
        #expect(!task.isCancelled)
    }

    @Test("Completions are called for once")
    func completions() {
        var slot = Slot()
        slot.whenComplete { _ in }
        slot.whenComplete { _ in }
        let counts = (slot.takeCompletions().count, slot.takeCompletions().count)
        #expect(counts == (2, 0))
    }
}
