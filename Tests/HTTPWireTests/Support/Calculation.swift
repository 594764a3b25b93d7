import Dispatch
import Testing

/// Runs tests that calculate for long on threads of their own. Those that all tests share are as many as the machine
/// has cores, and a test that waits for a connection elsewhere would wait for the calculation too.
struct Calculation: SuiteTrait, TestTrait, TestScoping {
    private final class Executor: TaskExecutor {
        private let queue = DispatchQueue(label: "calculations", qos: .utility, attributes: .concurrent)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    private static let executor = Executor()

    var isRecursive: Bool { true }

    @concurrent func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(Self.executor) { try await function() }
    }
}

extension Trait where Self == Calculation {
    /// Marks a suite that calculates for long.
    static var calculation: Self { Self() }
}
