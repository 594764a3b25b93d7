/// How often servers have said that they have done nothing about a request, which then was sent again (RFC 9113 section
/// 8.7).
///
/// A server that ends a connection after so many requests refuses all after them, which is nothing unusual where many are
/// made at once: as long as others are answered meanwhile, a request is closer to its turn each time. One that only refuses
/// is not asked for ever.
struct Refusals: Sendable, Equatable {
    /// How many in all.
    private(set) var count = 0
    /// The last ones in a row during which the server got nothing else done either.
    private(set) var countInVain = 0

    /// Notes another one.
    ///
    /// - Parameters:
    ///   - amidProgress: Whether the server was working on other requests of the same connection meanwhile.
    ///   - limit: How many in vain are accepted in a row.
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
