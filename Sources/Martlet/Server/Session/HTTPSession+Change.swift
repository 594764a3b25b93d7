extension HTTPSession {
    /// What a request has done to its session, as one operation of the store: each is done whole or not at all, whatever
    /// other requests do to the same session at the same time.
    struct Change {
        enum Operation: Equatable {
            /// A session begins.
            case create(String, [String: String])
            /// The values of a session change, if it is still there.
            case update(String, [String: String?])
            /// A session that is still there gets another id, and its values change.
            case rename(String, to: String, [String: String?])
            case remove(String)
            /// Nothing but an action at the timeout.
            case none(String)
        }

        var operation: Operation
        var onTimeout: (@Sendable () -> Void)?
        /// Whether the client can be told of the outcome.
        var canAnnounce: Bool
    }

    /// What the client has to be told of its session.
    enum Announcement: Equatable {
        case id(String)
        /// The session is over: its cookie is to be forgotten.
        case end
    }
}

extension HTTPSession.State {
    /// Takes what has changed since the last time; nil when nothing has.
    ///
    /// - Parameter canAnnounce: Whether the client can still be told of another id. Otherwise the session keeps the
    ///   one that the client knows; a session that the client knows nothing of is not worth keeping.
    mutating func takeChange(canAnnounce: Bool) -> HTTPSession.Change? {
        // The next change is asked for when the present one has been stored.
        guard !isStoring else { return nil }
        if isDestroyed {
            // Without a stored session there is nothing to end.
            return storedID.map { change(.remove($0), canAnnounce) }
        }
        if !canAnnounce {
            guard let announcedID else { return nil }
            id = announcedID
        }
        guard let oldID = storedID else { return change(.create(id, values), canAnnounce) }
        if oldID != id { return change(.rename(oldID, to: id, changes), canAnnounce) }
        if !changes.isEmpty { return change(.update(id, changes), canAnnounce) }
        return onTimeout == nil ? nil : change(.none(id), canAnnounce)
    }

    private mutating func change(
        _ operation: HTTPSession.Change.Operation,
        _ canAnnounce: Bool
    ) -> HTTPSession.Change {
        defer {
            isStoring = true
            changes = [:]
            onTimeout = nil
        }
        return HTTPSession.Change(operation: operation, onTimeout: onTimeout, canAnnounce: canAnnounce)
    }

    /// The change has been stored.
    ///
    /// - Parameter found: Whether the session was there. One that another request has ended, or whose time was over, is
    ///   gone; the client may have another one by now, so it is told nothing.
    mutating func settle(_ change: HTTPSession.Change, found: Bool) -> HTTPSession.Announcement? {
        isStoring = false
        if case .remove = change.operation {
            storedID = nil
            return announcedID != nil && change.canAnnounce ? .end : nil
        }
        guard found else {
            isDestroyed = true
            storedID = nil
            values = [:]
            return nil
        }
        switch change.operation {
        case .create(let id, _), .rename(_, to: let id, _):
            storedID = id
            // A session is created or renamed only where the client can be told.
            announcedID = id
            return .id(id)
        case .remove, .update, .none:
            return nil
        }
    }

    /// The change could not be stored: it counts again the next time, as far as later ones have not replaced it.
    mutating func restore(_ change: HTTPSession.Change) {
        isStoring = false
        onTimeout = onTimeout ?? change.onTimeout
        switch change.operation {
        case .update(_, let old), .rename(_, to: _, let old):
            if !isDestroyed { changes.merge(old) { new, _ in new } }
        case .create, .remove, .none:
            break
        }
    }
}
