/// The ids of the latest messages, by which duplicates are recognised.
struct RecentIDs: Sendable {
    private let limit: Int
    private var places: [MessageID: Int] = [:]
    /// In the order of arrival; the first are forgotten first.
    private var order: [MessageID] = []
    /// Whether some have been forgotten.
    private(set) var hasForgotten = false

    init(limit: Int) {
        self.limit = limit
    }

    /// The sequence number of the message with an id.
    subscript(id: MessageID) -> Int? { places[id] }

    mutating func add(_ id: MessageID, at place: Int) {
        guard places[id] == nil else { return }
        places[id] = place
        order.append(id)
        // A quarter more than needed, so that the rest is rarely moved.
        guard order.count > limit + limit / 4 else { return }
        hasForgotten = true
        for old in order.prefix(order.count - limit) { places[old] = nil }
        order.removeFirst(order.count - limit)
    }
}
