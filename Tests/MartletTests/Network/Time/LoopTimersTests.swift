#if os(Linux)
    import NIOCore
    import Testing

    @testable import Martlet

    /// The timers of an event loop, without a clock.
    @Suite struct LoopTimersTests {
        private func id(_ nanoseconds: UInt64, _ number: UInt64) -> LoopTimerID {
            LoopTimerID(deadline: .uptimeNanoseconds(nanoseconds), number: number)
        }

        /// What fires until `nanoseconds`, in order.
        private func fired(_ timers: inout LoopTimers<() -> Void>, _ log: Log, at nanoseconds: UInt64) -> [String] {
            log.entries = []
            while let work = timers.takeDue(at: .uptimeNanoseconds(nanoseconds)) { work() }
            return log.entries
        }

        private final class Log {
            var entries: [String] = []
        }

        @Test("fire in the order of their deadlines, and of their making among equal ones")
        func order() {
            var timers = LoopTimers<() -> Void>()
            let log = Log()
            for (deadline, number) in [(30, 1), (10, 2), (20, 3), (10, 4), (40, 5), (20, 6)] as [(UInt64, UInt64)] {
                timers.add(id(deadline, number)) { log.entries.append("\(deadline)/\(number)") }
            }
            #expect(timers.next == .uptimeNanoseconds(10))
            #expect(fired(&timers, log, at: 9) == [])
            #expect(fired(&timers, log, at: 20) == ["10/2", "10/4", "20/3", "20/6"])
            #expect(timers.next == .uptimeNanoseconds(30))
            #expect(fired(&timers, log, at: 100) == ["30/1", "40/5"])
            #expect(timers.next == nil)
        }

        @Test("do not fire once cancelled, wherever they are in line")
        func cancelling() {
            for cancelled in 1...5 as ClosedRange<UInt64> {
                var timers = LoopTimers<() -> Void>()
                let log = Log()
                for number in 1...5 as ClosedRange<UInt64> {
                    timers.add(id(number * 10, number)) { log.entries.append("\(number)") }
                }
                timers.cancel(id(cancelled * 10, cancelled))
                timers.cancel(id(cancelled * 10, cancelled))
                #expect(fired(&timers, log, at: 100) == (1...5).filter { $0 != cancelled }.map { "\($0)" })
                timers.cancel(id(10, 1))
            }
        }

        @Test("let go of what is cancelled at once")
        func memory() {
            var timers = LoopTimers<() -> Void>()
            weak var log: Log?
            do {
                let kept = Log()
                log = kept
                timers.add(id(10, 1)) { kept.entries.append("") }
            }
            #expect(log != nil)
            timers.cancel(id(10, 1))
            #expect(log == nil)
        }
    }
#endif
