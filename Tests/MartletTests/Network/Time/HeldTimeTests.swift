import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Martlet

@Suite("Time that is held")
struct HeldTimeTests {
    private let time = HeldTime()
    private let log = Log()

    private final class Log: Sendable {
        private let list = Mutex<[String]>([])

        var entries: [String] { list.withLock { $0 } }

        func add(_ entry: String) { list.withLock { $0.append(entry) } }
    }

    private var clock: LoopClock {
        TimeSource(held: time).clock(of: MultiThreadedEventLoopGroup.singleton.any())
    }

    @Test("stands still until it is moved")
    func stands() async {
        let beginning = time.now
        #expect(time.now == beginning)
        await time.advance(by: .milliseconds(1_500))
        #expect(time.now - beginning == .milliseconds(1_500))
        #expect(time.elapsed == .milliseconds(1_500))
    }

    @Test("also for dates, which follow it by the second")
    func dates() async {
        let beginning = time.unixSeconds
        await time.advance(by: .milliseconds(999))
        #expect(time.unixSeconds == beginning)
        await time.advance(by: .milliseconds(1))
        #expect(time.unixSeconds == beginning + 1)
    }

    @Test("does what is due in the order of the deadlines, each at its time, on its loop")
    func order() async {
        let (time, log, clock) = (time, log, clock)
        for seconds in [3, 1, 2] {
            clock.schedule(in: .seconds(Int64(seconds))) {
                log.add("\(seconds) at \(time.elapsed), \(clock.eventLoop.inEventLoop)")
            }
        }
        await time.advance(by: .seconds(2))
        #expect(log.entries == ["1 at 1.0 seconds, true", "2 at 2.0 seconds, true"])
        await time.advance(by: .seconds(2))
        #expect(log.entries.last == "3 at 3.0 seconds, true")
        #expect(time.elapsed == .seconds(4))
    }

    @Test("also does what is only scheduled while it moves")
    func chain() async {
        let (log, clock) = (log, clock)
        clock.schedule(in: .seconds(1)) {
            log.add("first")
            clock.schedule(in: .seconds(1)) { log.add("second") }
        }
        await time.advance(by: .seconds(2))
        #expect(log.entries == ["first", "second"])
    }

    @Test("can be dropped with work that is never done")
    func dropped() async {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let future = TimeSource(held: HeldTime()).clock(of: loop).schedule(in: .seconds(1)) {}.futureResult
        await #expect(throws: CancellationError.self) { try await future.get() }
    }

    @Test("does nothing that was cancelled")
    func cancelled() async {
        let log = log
        let timer = clock.schedule(in: .seconds(1)) { log.add("late") }
        timer.cancel()
        await time.advance(by: .seconds(2))
        #expect(log.entries == [])
    }

    @Test("does again and again what is to be repeated, until that is cancelled, also by itself")
    func repeated() async {
        let log = log
        let timer = clock.repeat(every: .seconds(10)) { log.add("tick") }
        await time.advance(by: .seconds(35))
        #expect(log.entries == ["tick", "tick", "tick"])
        timer.cancel()
        await time.advance(by: .seconds(35))
        #expect(log.entries.count == 3)
    }

    @Test("wakes those who sleep until then, and those whose task is cancelled")
    func sleep() async throws {
        let (time, log) = (time, log)
        let sleeper = Task {
            try await time.sleep(until: time.now + .seconds(60))
            log.add("awake at \(time.elapsed)")
        }
        let other = Task { try await time.sleep(until: time.now + .seconds(120)) }
        while await !time.advanceToNext() { await Task.yield() }
        try await sleeper.value
        #expect(log.entries == ["awake at 60.0 seconds"])
        other.cancel()
        await #expect(throws: CancellationError.self) { try await other.value }
    }

    @Test("has no next deadline when nothing waits")
    func nothing() async {
        #expect(await time.advanceToNext() == false)
        #expect(time.elapsed == .zero)
    }
}
