/// When a client connects again. A plain value without a clock.
struct ReconnectionSchedule: Sendable {
    /// The shortest wait: a server that ends each stream at once must not be called without a pause.
    static let minimumDelay = Duration.milliseconds(100)

    /// How long the server, or else the configuration, wants the client to wait.
    var reconnectionTime: Duration
    private let maximumDelay: Duration
    /// How many connections in a row have failed, or brought nothing.
    private(set) var failures = 0
    /// Whether the current connection has brought something.
    private var hasReceived = false

    init(_ configuration: EventSource.Configuration) {
        reconnectionTime = configuration.reconnectionTime
        maximumDelay = configuration.maximumDelay
    }

    /// The connection has brought something.
    mutating func received() {
        failures = 0
        hasReceived = true
    }

    /// Whether one more failure is too many, if so many are allowed. The end of a connection that has brought something
    /// is none.
    func isExhausted(after most: Int?) -> Bool {
        most.map { !hasReceived && failures >= $0 } ?? false
    }

    /// The connection has ended, or could not be made.
    ///
    /// - Parameters:
    ///   - retryAfter: How long the server wants to be left alone (RFC 9110 section 10.2.3); nil if it has not said so.
    ///   - random: A random number from 0 to 1, so that clients that were lost together don't come back together.
    /// - Returns: How long to wait: the reconnection time, twice as long for each further failure.
    mutating func delay(retryAfter: Duration? = nil, random: Double) -> Duration {
        var delay = max(reconnectionTime, Self.minimumDelay)
        // Beyond some doublings the maximum is reached, and long before the numbers are too large.
        for _ in 0..<min(failures, 32) where delay < maximumDelay { delay = delay * 2 }
        if hasReceived { hasReceived = false } else { failures += 1 }
        delay = min(max(delay, retryAfter ?? .zero), max(maximumDelay, Self.minimumDelay))
        return delay + delay * (random / 2)
    }
}
