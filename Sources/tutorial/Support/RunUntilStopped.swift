import Logging
import ServiceLifecycle
import UnixSignals

/// Runs `work`, and shuts it down gracefully when the process is asked to stop: by Control-C (SIGINT) or by SIGTERM.
///
/// The signals are caught before `work` begins, so nothing that it announces can come too early.
func runUntilStopped(_ work: @escaping @Sendable () async throws -> Void) async throws {
    var logger = Logger(label: "tutorial")
    logger.logLevel = .warning
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [
                .init(service: Work(work: work), successTerminationBehavior: .gracefullyShutdownGroup)
            ],
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
