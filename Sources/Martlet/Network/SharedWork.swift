/// The callers that wait for pieces of work: each piece is done once, however many ask for it while it is being done.
///
/// A value without threads. The caller that is told to begin does the work, and hands its result to all that ``finish(_:)``
/// returns, itself among them.
package struct SharedWork<Key: Hashable & Sendable, Waiter: Sendable>: Sendable {
    package enum Role: Sendable, Hashable {
        /// The work is to be begun.
        case begins
        /// It has begun, and the result will come.
        case waits
        /// Too many different pieces are being done or wait to be; this one is not among them.
        case isRefused
    }

    private var waiters: [Key: [Waiter]] = [:]
    private let limit: Int

    /// - Parameter limit: How many different pieces there may be at the same time.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Asks for a piece of work.
    package mutating func join(_ key: Key, _ waiter: Waiter) -> Role {
        if waiters[key]?.append(waiter) != nil { return .waits }
        guard waiters.count < limit else { return .isRefused }
        waiters[key] = [waiter]
        return .begins
    }

    /// Ends a piece of work.
    ///
    /// - Returns: All that have asked for it since it was begun.
    package mutating func finish(_ key: Key) -> [Waiter] {
        waiters.removeValue(forKey: key) ?? []
    }
}
