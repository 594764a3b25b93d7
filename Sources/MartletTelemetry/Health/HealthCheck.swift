/// One thing that a service needs: a database, another service, room on a disk.
public struct HealthCheck: Sendable {
    /// The name in reports.
    public let name: String
    /// How long the check may take.
    public let timeout: Duration
    let body: @Sendable () async throws -> Void

    /// A check.
    ///
    /// - Parameters:
    ///   - name: The name in reports, which is public.
    ///   - timeout: How long it may take. After that it has failed, and its task is cancelled. 2 seconds by default.
    ///   - body: Returns if all is well, and throws if not. At most one call is in progress at any time.
    public init(
        _ name: String,
        within timeout: Duration = .seconds(2),
        _ body: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.timeout = timeout
        self.body = body
    }
}

/// Why checks can't be made.
public enum HealthCheckError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A check without a name.
    case noName
    /// Two checks have this name.
    case duplicateName(String)
    /// A time in which nothing can be checked: zero or less.
    case invalidTimeout(Duration, name: String)

    /// The fault, as a sentence.
    public var description: String {
        switch self {
        case .noName: "A check needs a name."
        case .duplicateName(let name): "Two checks are named \(name.debugDescription)."
        case .invalidTimeout(let timeout, let name):
            "\(timeout) is not a time for the check \(name.debugDescription): it must be more than zero."
        }
    }
}
