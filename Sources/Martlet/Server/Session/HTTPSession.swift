import Synchronization

/// The values that a server stores about one client between its requests: strings by key.
///
/// Get it from ``HTTPServerRequest/session``. Changes are stored before the response's head is sent, and later ones
/// when the handler ends, whether it returns, throws or times out. Concurrent requests of one session each see the
/// values as of their beginning; changes to different keys do not overwrite each other. A session that one of them
/// destroys is gone for all of them, and changes of the others are lost.
public final class HTTPSession: Sendable {
    fileprivate struct State {
        var id: String
        var values: [String: String]
        var changes: [String: String?] = [:]
        /// The id under which the session is stored; nil if it is not stored.
        var storedID: String?
        /// The id that the client has been sent; nil if it has not been sent one.
        var announcedID: String?
        var isDestroyed = false
        /// Whether a change is being stored. A later change has to wait, or it could reach the store first.
        var isStoring = false
        var onTimeout: (@Sendable () -> Void)?
        /// Why a value could not be encoded; nil also once that has been thrown.
        var failure: (any Error)?
        /// Whether a value could not be encoded: then nothing is stored.
        var hasFailed = false
    }

    private let state: Mutex<State>

    init(id: String, values: [String: String], isNew: Bool) {
        let knownID = isNew ? nil : id
        self.state = Mutex(State(id: id, values: values, storedID: knownID, announcedID: knownID))
    }

    /// The id of the session: 32 hexadecimal digits, 128 random bits.
    public var id: String { state.withLock { $0.id } }

    /// Whether the session began with this request, so that the client has not been sent its id yet.
    public var isNew: Bool { state.withLock { $0.announcedID == nil } }

    /// The string for `key`; set nil to remove it.
    public subscript(key: String) -> String? {
        get { state.withLock { $0.values[key] } }
        set {
            state.withLock { state in
                state.values[key] = newValue
                state.changes[key] = .some(newValue)
            }
        }
    }

    /// The keys that have a value.
    public var keys: [String] { state.withLock { Array($0.values.keys) } }

    /// Ends the session and removes its values. The response makes the client drop its cookie; a later
    /// ``HTTPServerRequest/session`` of the same request begins a new session.
    public func destroy() {
        state.withLock { state in
            state.isDestroyed = true
            state.values = [:]
            state.changes = [:]
        }
    }

    /// Gives the session another id and keeps its values. Call this when a client logs in, so that an id that an
    /// attacker planted before gives no access (session fixation). It has no effect once the response's head has been
    /// sent, nor on a session that another request has destroyed meanwhile.
    public func renewID() {
        state.withLock { $0.id = SessionID.random() }
    }

    /// Sets an action for when the session expires because it was unused for the server's `sessionTimeout`. Stores that
    /// several servers share may not call it.
    public func onTimeout(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.onTimeout = action }
    }

    // MARK: For the server

    var isDestroyed: Bool { state.withLock { $0.isDestroyed } }

    /// A value could not be encoded.
    func fail(_ error: any Error) {
        state.withLock { state in
            guard !state.hasFailed else { return }
            (state.failure, state.hasFailed) = (error, true)
        }
    }

    /// See ``State/takeChange(canAnnounce:)``.
    ///
    /// - Throws: The error of a value that could not be encoded, once. Nothing is then stored any more.
    func takeChange(canAnnounce: Bool) throws -> Change? {
        try state.withLock { state in
            if let failure = state.failure.take() { throw failure }
            return state.hasFailed ? nil : state.takeChange(canAnnounce: canAnnounce)
        }
    }

    /// Call this when the change has been stored, or the session was not found. Returns what the response has to
    /// announce.
    func settle(_ change: Change, found: Bool) -> Announcement? {
        state.withLock { $0.settle(change, found: found) }
    }

    /// Call this when storing the change has failed.
    func restore(_ change: Change) {
        state.withLock { $0.restore(change) }
    }
}

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
    fileprivate mutating func takeChange(canAnnounce: Bool) -> HTTPSession.Change? {
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
    fileprivate mutating func settle(_ change: HTTPSession.Change, found: Bool) -> HTTPSession.Announcement? {
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
    fileprivate mutating func restore(_ change: HTTPSession.Change) {
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
