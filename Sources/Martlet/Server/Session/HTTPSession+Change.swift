extension HTTPSession {
    /// The changes that a request has made to its session, as one atomic operation of the store, whatever concurrent
    /// requests do to the same session.
    struct Change {
        enum Operation: Equatable {
            /// Create a session.
            case create(String, [String: String])
            /// Change the values of a session, if it still exists.
            case update(String, [String: String?])
            /// Give a session another id and change its values, if it still exists.
            case rename(String, to: String, [String: String?])
            case remove(String)
            /// Only set an action for the timeout.
            case none(String)
        }

        var operation: Operation
        var onTimeout: (@Sendable () -> Void)?
        /// Whether the response can still set a cookie.
        var canAnnounce: Bool
    }

    /// The announcement of a session change to the client.
    enum Announcement: Equatable {
        case id(String)
        /// The session has ended: the client has to drop its cookie.
        case end
    }
}

extension HTTPSession.State {
    /// Takes the changes since the last call; nil if there are none.
    ///
    /// - Parameter canAnnounce: Whether the response can still set a cookie. If not, the session keeps the id that the
    ///   client knows, and a new session, which the client could never use, is not stored.
    mutating func takeChange(canAnnounce: Bool) -> HTTPSession.Change? {
        // The next change is taken after the current one has been stored.
        guard !isStoring else { return nil }
        if isDestroyed {
            // Without a stored session there is nothing to remove.
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
    /// - Parameter found: Whether the session still existed. If another request has ended it, or it has expired,
    ///   nothing is announced: the client may already have another session.
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
            // A session is created or renamed only if the response can set a cookie.
            announcedID = id
            return .id(id)
        case .remove, .update, .none:
            return nil
        }
    }

    /// The change could not be stored: it is included in the next one, unless later changes have replaced it.
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
