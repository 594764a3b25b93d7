import Logging
import Martlet
import NIOCore
import NIOPosix
import Synchronization

/// Runs one check for all that ask at about the same time, and never longer than it may take.
final class HealthProbe: Sendable {
    private struct State: Sendable {
        /// The last outcome and its time.
        var last: (check: HealthReport.Check, at: NIODeadline)?
        /// The number of the present run; nil if there is none.
        var run: Int?
        var lastRun = 0
        /// Whether the present run has taken too long. No other begins before it has returned, or else those that hang
        /// would pile up.
        var isOverdue = false
        var waiting: [CheckedContinuation<HealthReport.Check, Never>] = []
        var work: Task<Void, Never>?
        var timer: Scheduled<Void>?
    }

    private let check: HealthCheck
    private let maximumAge: Duration
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter maximumAge: How long an outcome counts.
    init(_ check: HealthCheck, maximumAge: Duration, logger: Logger) {
        self.check = check
        self.maximumAge = maximumAge
        self.logger = logger
    }

    private enum Answer {
        case known(HealthReport.Check)
        case wait
        case begin(run: Int)
    }

    /// The outcome: of a check a moment ago, of the one in progress, or of a new one.
    ///
    /// - Parameter time: The time that goes by.
    func outcome(by time: TimeSource) async -> HealthReport.Check {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Answer in
                if state.isOverdue { return .known(timeout) }
                if let last = state.last, state.run == nil, time.duration(since: last.at) < maximumAge {
                    return .known(last.check)
                }
                state.waiting.append(continuation)
                guard state.run == nil else { return .wait }
                state.lastRun += 1
                state.run = state.lastRun
                return .begin(run: state.lastRun)
            }
            switch answer {
            case .known(let check): continuation.resume(returning: check)
            case .wait: break
            case .begin(let run): begin(run, by: time)
            }
        }
    }

    private func begin(_ run: Int, by time: TimeSource) {
        // Not a task of the caller's, who does not wait for one that hangs.
        let work = Task.detached {
            do {
                try await self.check.body()
                self.returned(run, nil, at: time.now)
            } catch {
                self.returned(run, error, at: time.now)
            }
        }
        // By an event loop of its own: a check that blocks holds up the threads of tasks, and their clock.
        let clock = time.clock(of: MultiThreadedEventLoopGroup.singleton.any())
        let timer = clock.schedule(in: TimeAmount(check.timeout)) {
            self.timePassed(run, at: clock.now)
        }
        let isOver = state.withLock { state in
            guard state.run == run, !state.isOverdue else { return true }
            (state.work, state.timer) = (work, timer)
            return false
        }
        guard isOver else { return }
        timer.cancel()
        work.cancel()
    }

    private func returned(_ run: Int, _ error: (any Error)?, at now: NIODeadline) {
        let isInTime = state.withLock { state in
            guard state.run == run else { return false }
            if state.isOverdue { (state.run, state.isOverdue, state.work, state.timer) = (nil, false, nil, nil) }
            return state.run == run
        }
        guard isInTime else { return }
        let reason = error == nil ? nil : "error"
        let outcome = HealthReport.Check(name: check.name, status: error == nil ? .pass : .fail, reason: reason)
        end(run, outcome, error, at: now)
    }

    private func timePassed(_ run: Int, at now: NIODeadline) {
        let work = state.withLock { $0.run == run ? $0.work : nil }
        end(run, timeout, nil, at: now)
        work?.cancel()
    }

    private var timeout: HealthReport.Check {
        HealthReport.Check(name: check.name, status: .fail, reason: "timeout")
    }

    /// The run has an outcome, if it is still the present one.
    private func end(_ run: Int, _ outcome: HealthReport.Check, _ error: (any Error)?, at now: NIODeadline) {
        let (waiting, before, timer) = state.withLock { state in
            guard state.run == run, !state.isOverdue else {
                return (
                    [CheckedContinuation<HealthReport.Check, Never>](), HealthReport.Check?.some(outcome),
                    Scheduled<Void>?.none
                )
            }
            let before = state.last?.check
            state.last = (outcome, now)
            defer { (state.waiting, state.timer) = ([], nil) }
            if outcome.reason == "timeout" {
                state.isOverdue = true
            } else {
                (state.run, state.work) = (nil, nil)
            }
            return (state.waiting, before, state.timer)
        }
        timer?.cancel()
        for continuation in waiting { continuation.resume(returning: outcome) }
        guard before != outcome else { return }
        if outcome.status == .fail {
            logger.warning("The check \(check.name) fails: \(error.map { "\($0)" } ?? "it takes too long")")
        } else if before != nil {
            logger.notice("The check \(check.name) passes again")
        }
    }
}
