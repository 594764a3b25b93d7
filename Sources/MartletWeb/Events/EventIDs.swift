import NIOCore

/// The ids of a feed's events.
///
/// A feed of its own counts: an id is the number of the event, after an epoch that no other feed has, so that an id from
/// before a restart, or from another machine, is not mistaken for one of this feed. Where several machines send the same
/// events, the ids are given with them.
///
/// This is the only place that knows what an id looks like: ``EventLog`` counts events and leaves naming them to it.
struct EventIDs: Sendable {
    private enum Names {
        /// The text before the number of an event.
        case counted(prefix: String)
        case given(GivenIDs)
    }

    private var names: Names

    /// The ids of a new feed, whose epoch is 64 random bits.
    init() {
        self.init(epoch: String(UInt64.random(in: .min ... .max), radix: 36))
    }

    init(epoch: String) {
        names = .counted(prefix: "\(epoch)-")
    }

    /// Ids that are given, after that of the beginning.
    init(beginning id: String) {
        names = .given(GivenIDs(beginning: id))
    }

    /// The id of the event with this number, which is kept or was dropped last.
    func id(of number: UInt64) -> String {
        switch names {
        case .counted(let prefix): prefix + String(number)
        case .given(let ids): ids.id(of: number)
        }
    }

    /// The number of the event with this id; nil for an id that is none of this feed.
    func number(of id: String) -> UInt64? {
        switch names {
        case .counted(let prefix):
            guard id.hasPrefix(prefix), let number = UInt64(id.dropFirst(prefix.count)) else { return nil }
            // One event has one id: no sign, no zeros in front.
            return self.id(of: number) == id ? number : nil
        case .given(let ids):
            return ids.number(of: id)
        }
    }

    /// Gives the next event an id. Feeds that count have no use for it.
    mutating func give(_ id: String) {
        guard case .given(var ids) = names else { return }
        // Not copied while it changes.
        names = .counted(prefix: "")
        ids.append(id)
        names = .given(ids)
    }

    /// Forgets the ids of events that are no longer kept.
    ///
    /// - Parameter start: How many events are before the oldest that is kept.
    mutating func forget(before start: UInt64) {
        guard case .given(var ids) = names else { return }
        names = .counted(prefix: "")
        ids.forget(before: start)
        names = .given(ids)
    }
}

/// The ids of the events that are kept, and of the one before them.
private struct GivenIDs: Sendable {
    /// The number of the first of them.
    private var first: UInt64 = 0
    private var ids: CircularBuffer<String>
    private var numbers: [String: UInt64]

    init(beginning id: String) {
        ids = [id]
        numbers = [id: 0]
    }

    func id(of number: UInt64) -> String {
        guard number >= first, number - first < UInt64(ids.count) else { return "" }
        return ids[ids.index(ids.startIndex, offsetBy: Int(number - first))]
    }

    func number(of id: String) -> UInt64? { numbers[id] }

    mutating func append(_ id: String) {
        numbers[id] = first + UInt64(ids.count)
        ids.append(id)
    }

    mutating func forget(before start: UInt64) {
        while first < start, ids.count > 1, let id = ids.popFirst() {
            // The id of a reset is that of the event before it.
            if numbers[id] == first { numbers[id] = nil }
            first += 1
        }
    }
}
