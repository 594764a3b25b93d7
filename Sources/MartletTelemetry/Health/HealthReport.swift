/// The answer to whether a service is well.
public struct HealthReport: Codable, Sendable, Hashable {
    /// Whether all is well, or one thing.
    public enum Status: String, Codable, Sendable {
        /// All is well.
        case pass
        /// It is not.
        case fail
    }

    /// The outcome of one check.
    public struct Check: Codable, Sendable, Hashable {
        /// The name.
        public let name: String
        /// Whether it is well.
        public let status: Status
        /// Why it has failed: `error` if the check has thrown one, which the log has, or `timeout`. Nil if it is well.
        public let reason: String?
    }

    /// Whether all checks have passed.
    public let status: Status
    /// Why it fails although no check does: `shutdown`. Nil otherwise.
    public let reason: String?
    /// The checks, in the order in which they were given.
    public let checks: [Check]

    /// A report of checks.
    init(_ checks: [Check]) {
        status = checks.allSatisfy { $0.status == .pass } ? .pass : .fail
        reason = nil
        self.checks = checks
    }

    private init(reason: String) {
        status = .fail
        self.reason = reason
        checks = []
    }

    /// That of a server that shuts down.
    static let shutdown = HealthReport(reason: "shutdown")
}
