import HTTPTypes
import Logging
import Martlet

/// Answers whether a service is alive and whether it is ready, as Kubernetes and load balancers ask.
///
/// ```swift
/// let health = try Health(ready: [
///     HealthCheck("database", within: .seconds(1)) { try await database.ping() }
/// ])
/// router.get("/livez", health.live)
/// router.get("/readyz", health.ready)
/// ```
///
/// The answer is 200, or 503 if a check has failed, with the ``HealthReport`` as JSON:
///
///     {"status":"fail","checks":[{"name":"database","status":"fail","reason":"timeout"}]}
///
/// Checks run side by side, each for all that ask at about the same time. One that throws, takes too long or never
/// returns fails, and holds nothing up.
///
/// A service that shuts down is alive but not ready: ``ready`` answers 503 from the moment when the server is asked to
/// shut down. `HTTPServer.Configuration.shutdownDelay` gives those that ask the time to notice, before the server
/// stops listening.
public struct Health: Sendable {
    private let readiness: [HealthProbe]
    private let liveness: [HealthProbe]

    /// The health of a service.
    ///
    /// - Parameters:
    ///   - ready: What the service needs in order to answer requests. None by default.
    ///   - live: What nothing but another start of the program can mend: a program that fails these is killed. None by
    ///     default. Nothing outside of the program belongs here: with the database, all instances would be killed.
    ///   - maximumAge: How long an outcome counts before a check is made again. 1 second by default.
    ///   - logger: The logger for checks that begin to fail, at the level warning, or pass again.
    /// - Throws: ``HealthCheckError``.
    public init(
        ready: [HealthCheck] = [],
        live: [HealthCheck] = [],
        maximumAge: Duration = .seconds(1),
        logger: Logger = Logger(label: "martlet.health")
    ) throws(HealthCheckError) {
        for checks in [ready, live] {
            var names: Set<String> = []
            for check in checks {
                guard !check.name.isEmpty else { throw .noName }
                guard names.insert(check.name).inserted else { throw .duplicateName(check.name) }
                guard check.timeout > .zero else { throw .invalidTimeout(check.timeout, name: check.name) }
            }
        }
        readiness = ready.map { HealthProbe($0, maximumAge: maximumAge, logger: logger) }
        liveness = live.map { HealthProbe($0, maximumAge: maximumAge, logger: logger) }
    }

    /// Answers whether the program works.
    public var live: HTTPServer.Handler {
        { request in
            try await Self.answer(request, await Self.report(liveness, by: request.time))
        }
    }

    /// Answers whether the service can take requests.
    public var ready: HTTPServer.Handler {
        { request in
            try await Self.answer(
                request,
                request.isShuttingDown ? .shutdown : await Self.report(readiness, by: request.time)
            )
        }
    }

    /// Whether the program works.
    public func liveReport() async -> HealthReport {
        await Self.report(liveness, by: .system)
    }

    /// Whether the service can take requests. It does not know of servers that shut down: ``ready`` does.
    public func readyReport() async -> HealthReport {
        await Self.report(readiness, by: .system)
    }

    private static func report(_ probes: [HealthProbe], by time: TimeSource) async -> HealthReport {
        let outcomes = await withTaskGroup(of: (Int, HealthReport.Check).self) { group in
            for (index, probe) in probes.enumerated() {
                group.addTask { (index, await probe.outcome(by: time)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return HealthReport(probes.indices.compactMap { outcomes[$0] })
    }

    private static func answer(_ request: HTTPServerRequest, _ report: HealthReport) async throws {
        request.response.status = report.status == .pass ? .ok : .serviceUnavailable
        request.response.headers[.cacheControl] = "no-store"
        try await request.response.end(json: report)
    }
}
