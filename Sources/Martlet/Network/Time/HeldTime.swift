import CLibrary
import NIOCore
import NIOPosix
import Synchronization

/// A time that stands still until it is moved: with it, tests see deadlines pass without waiting for them.
package final class HeldTime: Sendable {
    private struct State {
        var now: NIODeadline
        var timers = LoopTimers<Timer>()
        var timerCount: UInt64 = 0
        /// The loops whose work is waited for: those that have had timers, and those that were named.
        var loops: [any EventLoop]
    }

    /// Work for a time: on a loop or, without one, by the task that moves the time.
    private struct Timer: Sendable {
        let eventLoop: (any EventLoop)?
        /// Kept when the work is done, and broken when it never will be.
        let promise: EventLoopPromise<Void>?
        let work: @Sendable () -> Void
    }

    /// How often the loops are waited for, so that what one step leads to is over as well: bytes on their way, accepted
    /// connections, handlers.
    private static let rounds = 6

    /// Runs what ``passing(_:)`` is given.
    private static let executor = EventLoopExecutor(eventLoop: MultiThreadedEventLoopGroup(numberOfThreads: 1).next())

    private let beginning: NIODeadline
    private let unixBeginning: Int64
    private let state: Mutex<State>

    /// A time that begins now.
    ///
    /// - Parameter loops: Event loops whose work is waited for, besides those that have timers.
    package init(waitingFor loops: [any EventLoop] = []) {
        let now = NIODeadline.now()
        beginning = now
        unixBeginning = Int64(CLibrary.time(nil))
        state = Mutex(State(now: now, loops: loops))
    }

    deinit {
        state.withLock { state in
            while let timer = state.timers.takeDue(at: .distantFuture) { timer.promise?.fail(CancellationError()) }
        }
    }

    /// The monotonic time.
    package var now: NIODeadline { state.withLock { $0.now } }

    /// The seconds since 1970.
    package var unixSeconds: Int64 { unixBeginning + (now - beginning).nanoseconds / 1_000_000_000 }

    /// How much time has passed since the beginning.
    package var elapsed: Duration { Duration(now - beginning) }

    // MARK: Timers

    /// Has `work` done at a time: on `eventLoop` or, without one, by the task that moves the time.
    ///
    /// - Parameter promise: Kept afterwards. None by default.
    /// - Returns: The timer, to cancel it.
    func schedule(
        at deadline: NIODeadline,
        on eventLoop: (any EventLoop)?,
        promise: EventLoopPromise<Void>? = nil,
        _ work: @escaping @Sendable () -> Void
    ) -> LoopTimerID {
        state.withLock { state in
            if let eventLoop, !state.loops.contains(where: { $0 === eventLoop }) { state.loops.append(eventLoop) }
            state.timerCount += 1
            let id = LoopTimerID(deadline: deadline, number: state.timerCount)
            state.timers.add(id, Timer(eventLoop: eventLoop, promise: promise, work: work))
            return id
        }
    }

    /// Cancels a timer; ignored when it has fired.
    func cancel(_ timer: LoopTimerID) {
        state.withLock { $0.timers.cancel(timer) }
    }

    /// Waits until the time has come.
    ///
    /// - Throws: `CancellationError`.
    package func sleep(until deadline: NIODeadline) async throws {
        guard deadline > now else { return try Task.checkCancellation() }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let timer = schedule(at: deadline, on: nil) { continuation.finish() }
        // Ends when the time has come, or the task is cancelled.
        for await _ in stream {}
        cancel(timer)
        try Task.checkCancellation()
    }

    // MARK: Moving

    /// Moves the time on, and does in order everything that is due by then. Each step is over before the next one: the
    /// loops have run what it led to.
    package func advance(by duration: Duration) async {
        await settle()
        let end = now + TimeAmount(duration)
        while let timer = takeDue(by: end) { await fire(timer) }
        state.withLock { $0.now = max($0.now, end) }
        await settle()
    }

    /// Moves the time on to the next deadline, and does what is due; false if there is none.
    package func advanceToNext() async -> Bool {
        await settle()
        guard let timer = takeDue(by: .distantFuture) else { return false }
        await fire(timer)
        return true
    }

    /// Moves the time on while `body` runs, from one deadline to the next.
    ///
    /// Both run on one thread by turns, so that the time never gets ahead of what `body` does when it is resumed.
    package func passing<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await withTaskExecutorPreference(Self.executor) {
            let mover = Task(executorPreference: Self.executor) {
                while !Task.isCancelled {
                    // Nothing waits for the time yet.
                    if await !self.advanceToNext() { try? await Task.sleep(for: .milliseconds(1)) }
                }
            }
            defer { mover.cancel() }
            return try await body()
        }
    }

    private func fire(_ timer: Timer) async {
        if let eventLoop = timer.eventLoop {
            try? await eventLoop.run { timer.work() }
        } else {
            timer.work()
        }
        timer.promise?.succeed()
        await settle()
    }

    /// Waits until the loops have run what they have to do.
    package func settle() async {
        let loops = state.withLock { $0.loops }
        for _ in 0..<Self.rounds {
            // All at once: on a busy machine each of them may take a while.
            let turns = loops.map { $0.submit {} }
            for turn in turns { try? await turn.get() }
            await Task.yield()
        }
    }

    /// Takes out the next timer, and moves the time to it.
    private func takeDue(by end: NIODeadline) -> Timer? {
        state.withLock { state in
            guard let next = state.timers.next, let timer = state.timers.takeDue(at: end) else { return nil }
            state.now = max(state.now, next)
            return timer
        }
    }
}
