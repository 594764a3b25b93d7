import Martlet
import NIOCore

/// A clock that stands still until a test moves it: deadlines pass without a wait.
///
/// ```swift
/// let app = TestServer(router)
/// async let answer = app.get("/slow")
/// await app.time.advance(by: .seconds(30))
/// ```
///
/// All deadlines of a ``TestServer`` and of its clients go by it, and so do sessions and rate limits in memory. It is also
/// a `Clock` of Swift, to be given to code that waits by itself: `try await clock.sleep(for: .seconds(5))`.
public final class TestClock: Clock {
    /// A moment, by the time since the clock was made.
    public struct Instant: InstantProtocol {
        /// The time since the clock was made.
        public let offset: Duration

        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }

        public func duration(to other: Instant) -> Duration { other.offset - offset }

        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    let held = HeldTime()

    /// A clock at the time zero.
    public init() {}

    /// The time.
    public var now: Instant { Instant(offset: held.elapsed) }

    /// A nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Waits until the clock has been moved to a time.
    ///
    /// - Throws: `CancellationError`.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try await held.sleep(until: held.now + TimeAmount(now.duration(to: deadline)))
    }

    /// Moves the time on, step by step: everything that is due by then is done at its time and in order, and what it
    /// leads to on the event loops is over before the next step.
    ///
    /// Work that was begun before, such as a request in another task, is waited for as far as event loops go: what runs
    /// elsewhere, such as a handler that awaits an actor, has to be awaited by the test.
    public func advance(by duration: Duration) async {
        await held.advance(by: duration)
    }

    /// Lets the time pass while `body` runs: from one deadline to the next, as soon as the event loops have nothing left to
    /// do, so that hours are over in milliseconds.
    ///
    /// ```swift
    /// let answer = try await app.time.passing { try await app.client(.sendsSlowly(1)).get("/") }
    /// #expect(answer.status == .requestTimeout)
    /// ```
    ///
    /// Work that does not run on event loops takes no time by this clock, however long it takes, and can be overtaken.
    public func passing<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await held.passing(body)
    }
}
