/// The ids of the latest messages, by which one that is sent twice is known.
struct RecentIDs: Sendable {
    private let limit: Int
    private var places: [MessageID: Int] = [:]
    /// In the order of coming; the first are forgotten first.
    private var order: [MessageID] = []
    /// Whether some have been forgotten.
    private(set) var hasForgotten = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Where the message with an id is.
    subscript(id: MessageID) -> Int? { places[id] }

    mutating func add(_ id: MessageID, at place: Int) {
        guard places[id] == nil else { return }
        places[id] = place
        order.append(id)
        // A quarter more than needed, so that the rest is moved seldom.
        guard order.count > limit + limit / 4 else { return }
        hasForgotten = true
        for old in order.prefix(order.count - limit) { places[old] = nil }
        order.removeFirst(order.count - limit)
    }
}
