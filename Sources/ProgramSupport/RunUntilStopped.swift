import Logging
import ServiceLifecycle
import UnixSignals

/// Runs `work`, and shuts it down gracefully when the process is asked to stop: by Control-C (SIGINT) or by SIGTERM.
///
/// The signals are caught before `work` begins, so it can announce that it is ready at any time.
///
/// - Parameter logger: Logs problems with that, from warnings up.
public func runUntilStopped(
    _ logger: Logger,
    _ work: @escaping @Sendable () async throws -> Void
) async throws {
    var logger = logger
    logger.logLevel = .warning
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [.init(service: Work(work: work), successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: logger
        )
    )
    try await group.run()
}

private struct Work: Service {
    let work: @Sendable () async throws -> Void

    func run() async throws {
        try await work()
    }
}
