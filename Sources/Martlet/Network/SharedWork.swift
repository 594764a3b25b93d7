/// The callers that wait for units of work: each unit is done once, however many callers request it meanwhile.
///
/// A value without threads. The caller that gets `begins` does the work, and passes the result to all waiters that
/// ``finish(_:)`` returns, including its own.
package struct SharedWork<Key: Hashable & Sendable, Waiter: Sendable>: Sendable {
    package enum Role: Sendable, Hashable {
        /// The caller has to do the work.
        case begins
        /// The work is in progress; the waiter will get the result.
        case waits
        /// Too many units of work are in progress; this one is not done.
        case isRefused
    }

    private var waiters: [Key: [Waiter]] = [:]
    private let limit: Int

    /// - Parameter limit: How many units of work may be in progress at the same time.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Requests a unit of work.
    package mutating func join(_ key: Key, _ waiter: Waiter) -> Role {
        if waiters[key]?.append(waiter) != nil { return .waits }
        guard waiters.count < limit else { return .isRefused }
        waiters[key] = [waiter]
        return .begins
    }

    /// Ends a unit of work.
    ///
    /// - Returns: All waiters that have requested it since it began.
    package mutating func finish(_ key: Key) -> [Waiter] {
        waiters.removeValue(forKey: key) ?? []
    }
}
