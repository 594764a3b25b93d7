/// The sessions of a ``MemorySessionStore``. A plain value without a clock: the current time is an argument.
struct SessionTable<Instant: Comparable> {
    typealias Action = @Sendable () -> Void

    private struct Entry {
        let id: String
        var values: [String: String]
        var onTimeout: Action?
    }

    private let maximumCount: Int
    private var places: [String: ExpiryQueue<Entry, Instant>.Handle] = [:]
    private var entries = ExpiryQueue<Entry, Instant>()

    init(maximumCount: Int) {
        self.maximumCount = max(1, maximumCount)
    }

    var count: Int { entries.count }

    /// When the next session expires.
    var nextExpiry: Instant? { entries.first?.deadline }

    mutating func load(_ id: String, now: Instant, until expiry: Instant) -> [String: String]? {
        guard let place = place(of: id, now: now) else { return nil }
        entries.move(place, to: expiry)
        return entries[place]?.values
    }

    /// Creates a session. Returns the timeout action of the session that was evicted to make room, if any.
    mutating func create(_ id: String, _ values: [String: String], until expiry: Instant) -> Action? {
        if let old = places[id] { entries.remove(old) }
        let evicted = entries.count >= maximumCount ? removeFirst() : nil
        places[id] = entries.insert(Entry(id: id, values: values), at: expiry)
        return evicted?.onTimeout
    }

    /// Returns false if the session does not exist or has expired.
    mutating func update(_ id: String, _ changes: [String: String?], now: Instant, until expiry: Instant) -> Bool {
        guard let place = place(of: id, now: now) else { return false }
        apply(changes, to: place)
        entries.move(place, to: expiry)
        return true
    }

    /// Returns false if the session does not exist or has expired.
    mutating func rename(
        _ id: String,
        to newID: String,
        _ changes: [String: String?],
        now: Instant,
        until expiry: Instant
    ) -> Bool {
        guard let place = place(of: id, now: now), let entry = entries.remove(place) else { return false }
        places[id] = nil
        _ = create(newID, entry.values, until: expiry)
        guard let newPlace = places[newID] else { return false }
        entries.change(newPlace) { $0.onTimeout = entry.onTimeout }
        apply(changes, to: newPlace)
        return true
    }

    mutating func remove(_ id: String) {
        guard let place = places.removeValue(forKey: id) else { return }
        entries.remove(place)
    }

    mutating func setAction(_ id: String, _ action: @escaping Action) {
        guard let place = places[id] else { return }
        entries.change(place) { $0.onTimeout = action }
    }

    /// Removes expired sessions, at most `limit` of them. Returns their timeout actions.
    mutating func removeExpired(now: Instant, limit: Int) -> [Action] {
        var actions: [Action] = []
        var removed = 0
        while removed < limit, let expiry = nextExpiry, expiry <= now, let entry = removeFirst() {
            removed += 1
            if let action = entry.onTimeout { actions.append(action) }
        }
        return actions
    }

    /// The place of a session that has not expired.
    private func place(of id: String, now: Instant) -> ExpiryQueue<Entry, Instant>.Handle? {
        guard let place = places[id], let expiry = entries.deadline(of: place), expiry > now else { return nil }
        return place
    }

    private mutating func apply(_ changes: [String: String?], to place: ExpiryQueue<Entry, Instant>.Handle) {
        entries.change(place) { entry in
            for (key, value) in changes { entry.values[key] = value }
        }
    }

    private mutating func removeFirst() -> Entry? {
        guard let first = entries.first, let entry = entries.remove(first.handle) else { return nil }
        places[entry.id] = nil
        return entry
    }
}
