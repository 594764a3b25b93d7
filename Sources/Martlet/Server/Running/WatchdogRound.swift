/// Asks all event loops of a service whether they run, again and again. A plain value.
struct WatchdogRound {
    /// How many loops have not answered yet.
    private var awaited = 0

    /// Begins to ask `count` loops; false while one of them has not answered the last time.
    mutating func begin(asking count: Int) -> Bool {
        guard awaited == 0, count > 0 else { return false }
        awaited = count
        return true
    }

    /// A loop has answered. Returns whether all have.
    mutating func answered() -> Bool {
        // From a round that was abandoned.
        guard awaited > 0 else { return false }
        awaited -= 1
        return awaited == 0
    }

    /// The loops are other ones from now on.
    mutating func abandon() {
        awaited = 0
    }
}
