import CLibrary
import HTTPWire
import NIOCore

/// Where a server or a client takes the time from: the system or, in tests, a time that stands still until it is moved.
///
/// Every deadline goes through it, directly or by a ``LoopClock``.
package struct TimeSource: Sendable {
    /// The time of the system.
    package static let system = TimeSource(held: nil)

    private let held: HeldTime?

    package init(held: HeldTime?) {
        self.held = held
    }

    /// The monotonic time.
    package var now: NIODeadline { held?.now ?? .now() }

    /// How much time has passed since `beginning`.
    package func duration(since beginning: NIODeadline) -> Duration { Duration(now - beginning) }

    /// The seconds since 1970, as for dates in messages.
    package var unixSeconds: Int64 { held?.unixSeconds ?? Int64(CLibrary.time(nil)) }

    /// The date of this second.
    package var date: HTTPDate { HTTPDate(secondsSince1970: unixSeconds) }

    /// Waits.
    ///
    /// - Throws: `CancellationError`.
    package func sleep(for duration: Duration) async throws {
        guard let held else { return try await Task.sleep(for: duration) }
        try await held.sleep(until: held.now + TimeAmount(duration))
    }

    /// The clock of an event loop.
    package func clock(of eventLoop: any EventLoop) -> LoopClock {
        LoopClock(eventLoop: eventLoop, held: held)
    }
}

/// The clock of an event loop: tells the time, and has things done later on the loop.
package struct LoopClock: Sendable {
    package let eventLoop: any EventLoop
    private let held: HeldTime?

    fileprivate init(eventLoop: any EventLoop, held: HeldTime?) {
        self.eventLoop = eventLoop
        self.held = held
    }

    /// The monotonic time.
    package var now: NIODeadline { held?.now ?? .now() }

    /// Calls `work` on the loop at a time.
    @discardableResult
    package func schedule(at deadline: NIODeadline, _ work: @escaping @Sendable () -> Void) -> Scheduled<Void> {
        guard let held else { return eventLoop.scheduleTask(deadline: deadline, work) }
        let promise = eventLoop.makePromise(of: Void.self)
        let timer = held.schedule(at: deadline, on: eventLoop, promise: promise, work)
        return Scheduled(promise: promise) { held.cancel(timer) }
    }

    /// Calls `work` on the loop after a time.
    @discardableResult
    package func schedule(in delay: TimeAmount, _ work: @escaping @Sendable () -> Void) -> Scheduled<Void> {
        schedule(at: now + delay, work)
    }

    /// Calls `work` on the loop again and again, `interval` apart, until the timer is cancelled.
    package func `repeat`(every interval: TimeAmount, _ work: @escaping @Sendable () -> Void) -> RepeatedTimer {
        RepeatedTimer(self, every: interval, work)
    }
}
