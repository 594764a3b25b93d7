/// How often servers have refused a request unprocessed, after which it was sent again (RFC 9113 section 8.7).
///
/// A server that ends a connection after a number of requests refuses all later ones, which is usual where many are
/// made at once: as long as others are answered meanwhile, a request gets closer to its turn each time. A server that
/// does nothing but refuse is not asked for ever.
struct Refusals: Sendable {
    /// How many refusals there were in all.
    private(set) var count = 0
    /// How many of the last in a row came while the server did nothing else either.
    private(set) var countInVain = 0
    /// The connection of the last refusal, and how many frames had arrived on it by then.
    private var last: (connection: ObjectIdentifier, arrivals: Int)?

    /// From which number of frames on `connection` more of them are progress: those that arrived while a refused request
    /// waited count, too. Nil if the last refusal came on another connection, or there was none.
    func arrivals(on connection: ObjectIdentifier) -> Int? {
        last.flatMap { $0.connection == connection ? $0.arrivals : nil }
    }

    /// A refusal came on `connection`, after that many frames.
    mutating func came(on connection: ObjectIdentifier, arrivals: Int) {
        last = (connection, arrivals)
    }

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
