#if Passwords
    import Foundation
    import Martlet
    import NIOPosix

    /// The threads that hash passwords: each holds some 32 MiB meanwhile, and a processor.
    struct ScryptThreads: Sendable {
        /// Those of the process.
        static let shared = ScryptThreads()

        /// How many passwords may wait: a minute's work.
        private static let waitingPerThread = 256

        private let pool: NIOThreadPool
        private let queue: WaitingCount

        private init() {
            let count = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
            pool = NIOThreadPool(numberOfThreads: count)
            queue = WaitingCount(limit: count * Self.waitingPerThread)
            pool.start()
        }

        /// Runs work on one of the threads.
        ///
        /// - Throws: What the work throws; an `HTTPError` of status 503 if too much of it waits; a `CancellationError` if the
        ///   task is cancelled before its turn comes.
        func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
            guard queue.enter() else {
                throw HTTPError(
                    .serviceUnavailable,
                    "Too many passwords are being checked.",
                    headers: [.retryAfter: "10"]
                )
            }
            defer { queue.leave() }
            return try await pool.runIfActive(work)
        }
    }
#endif
