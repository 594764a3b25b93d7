import Synchronization

/// The values that a server stores about one client between its requests: strings by key.
///
/// Get it from ``HTTPServerRequest/session``. Changes are stored before the response's head is sent, and later ones
/// when the handler ends, whether it returns, throws or times out. Concurrent requests of one session each see the
/// values as of their beginning; changes to different keys do not overwrite each other. A session that one of them
/// destroys is gone for all of them, and changes of the others are lost.
public final class HTTPSession: Sendable {
    struct State {
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

    /// See ``State/takeChange(canAnnounce:)``.
    func takeChange(canAnnounce: Bool) -> Change? {
        state.withLock { $0.takeChange(canAnnounce: canAnnounce) }
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
