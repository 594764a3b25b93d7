import CLibrary
import NIOCore
import Synchronization

/// Runs Swift concurrency on the thread of one event loop.
///
/// A task that prefers this executor shares its thread with the sockets of the loop: awaiting a connection costs a
/// function call, not a thread hop. Jobs that become ready during a ``turn(_:)`` run before that turn ends, so that
/// everything they write is sent in the same system call.
final class EventLoopExecutor: TaskExecutor, @unchecked Sendable {
    // Sendable because every stored variable is touched only on the thread of `eventLoop`: `enqueue` checks the thread
    // first, and all other members are documented to be called on the loop. For the same reason, and because no access
    // spans a call of a job, they need no check for overlapping accesses.

    /// How many jobs one turn runs before it lets the loop poll its sockets again.
    private static let jobsPerTurn = 512

    let eventLoop: any EventLoop
    /// The loop's thread, once a turn has run on it.
    private let thread = Atomic<UInt>(0)
    @exclusivity(unchecked) private var jobs = CircularBuffer<UnownedJob>()
    @exclusivity(unchecked) private var turnDepth = 0
    @exclusivity(unchecked) private var isTurnScheduled = false
    @exclusivity(unchecked) private var endOfTurn: [() -> Void] = []

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Whether the caller is on the loop. NIO's own `inEventLoop` takes a lock.
    var isCurrent: Bool {
        let known = thread.load(ordering: .relaxed)
        return known == 0 ? eventLoop.inEventLoop : known == Self.callingThread
    }

    /// Runs `body` on the loop: immediately if the caller is already on it, otherwise after a hop.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        if isCurrent {
            return try body()
        }
        return try await eventLoop.run(body)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            append(job)
        } else {
            eventLoop.execute { self.append(job) }
        }
    }

    func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }

    /// Runs `body`, then the jobs that are ready, then what was deferred to the end of the turn.
    ///
    /// Call this on the loop only. Turns can be nested; the outermost one does the work at the end.
    func turn(_ body: () -> Void) {
        if turnDepth == 0, thread.load(ordering: .relaxed) == 0 {
            thread.store(Self.callingThread, ordering: .relaxed)
        }
        turnDepth += 1
        body()
        if turnDepth == 1 {
            runJobs()
            if !endOfTurn.isEmpty {
                let deferred = endOfTurn
                endOfTurn.removeAll(keepingCapacity: true)
                for work in deferred {
                    work()
                }
            }
        }
        turnDepth -= 1
        if turnDepth == 0, !jobs.isEmpty || !endOfTurn.isEmpty {
            scheduleTurn()
        }
    }

    /// Defers `work` to the end of the current turn, or of one that is scheduled. Call this on the loop only.
    func atEndOfTurn(_ work: @escaping () -> Void) {
        endOfTurn.append(work)
        if turnDepth == 0 {
            scheduleTurn()
        }
    }

    private static var callingThread: UInt {
        #if canImport(Darwin)
            UInt(bitPattern: pthread_self())
        #else
            UInt(pthread_self())
        #endif
    }

    private func append(_ job: UnownedJob) {
        jobs.append(job)
        if turnDepth == 0 {
            scheduleTurn()
        }
    }

    private func runJobs() {
        var remaining = Self.jobsPerTurn
        while remaining > 0, let job = jobs.popFirst() {
            job.runSynchronously(on: asUnownedTaskExecutor())
            remaining -= 1
        }
    }

    private func scheduleTurn() {
        guard !isTurnScheduled else { return }
        isTurnScheduled = true
        eventLoop.execute {
            self.isTurnScheduled = false
            self.turn {}
        }
    }
}

extension EventLoop {
    /// Runs `body` on this loop: immediately if the caller is already on it, otherwise after a hop.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        if inEventLoop {
            return try body()
        }
        return try await submit(body).get()
    }
}
