/// How often servers have refused a request unprocessed, after which it was sent again (RFC 9113 section 8.7).
///
/// A server that ends a connection after a number of requests refuses all later ones, which is usual where many are
/// made at once: as long as others are answered meanwhile, a request gets closer to its turn each time. A server that
/// does nothing but refuse is not asked for ever.
struct Refusals: Sendable, Equatable {
    /// How many refusals there were in all.
    private(set) var count = 0
    /// How many of the last in a row came while the server did nothing else either.
    private(set) var countInVain = 0

    /// Counts another refusal.
    ///
    /// - Parameters:
    ///   - amidProgress: Whether the server was processing other requests on the same connection meanwhile.
    ///   - limit: How many without progress are accepted in a row.
    /// - Returns: Whether the request may be sent again.
    mutating func add(amidProgress: Bool, limit: Int) -> Bool {
        if amidProgress {
            countInVain = 0
        } else {
            guard countInVain < limit else { return false }
            countInVain += 1
        }
        count += 1
        return true
    }
}
