import Synchronization

/// What a server remembers about one client between its requests: texts under keys.
///
/// Get it from ``HTTPServerRequest/session``. Changes are stored before the response's head is sent, and those made
/// later when the handler is done, whether it returns, throws or runs out of time. Requests of one session that run at
/// the same time each see the values as of their beginning; changes to different keys do not undo each other. A session
/// that one of them has destroyed is gone for all of them: what the others change is lost.
public final class HTTPSession: Sendable {
    struct State {
        var id: String
        var values: [String: String]
        var changes: [String: String?] = [:]
        /// The id under which the store has the session; nil when it has none.
        var storedID: String?
        /// The id that the client has been told; nil for a session that it knows nothing of.
        var announcedID: String?
        var isDestroyed = false
        /// Whether the store is being told of a change. A later one has to wait: the store could see it first.
        var isStoring = false
        var onTimeout: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    init(id: String, values: [String: String], isNew: Bool) {
        let knownID = isNew ? nil : id
        self.state = Mutex(State(id: id, values: values, storedID: knownID, announcedID: knownID))
    }

    /// The name of the session: 32 hexadecimal digits, 128 random bits.
    public var id: String { state.withLock { $0.id } }

    /// Whether the session began with this request, so that the client has not been told of it yet.
    public var isNew: Bool { state.withLock { $0.announcedID == nil } }

    /// The text under `key`; set nil to remove it.
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

    /// Forgets everything about the client. The client is told to forget its cookie; a later
    /// ``HTTPServerRequest/session`` of the same request begins a new session.
    public func destroy() {
        state.withLock { state in
            state.isDestroyed = true
            state.values = [:]
            state.changes = [:]
        }
    }

    /// Gives the session another id and keeps its values. Do this when a client logs in, so that an id somebody
    /// planted before gives no access (session fixation). It has no effect once the response's head has been sent, nor
    /// on a session that another request has destroyed meanwhile.
    public func renewID() {
        state.withLock { $0.id = SessionID.random() }
    }

    /// Sets what to do when the session is removed because nobody used it for the server's `sessionTimeout`.
    /// Stores that are shared between servers may not call it.
    public func onTimeout(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.onTimeout = action }
    }

    // MARK: For the server

    var isDestroyed: Bool { state.withLock { $0.isDestroyed } }

    /// Takes what the store has to be told. See ``State/takeChange(canAnnounce:)``.
    func takeChange(canAnnounce: Bool) -> Change? {
        state.withLock { $0.takeChange(canAnnounce: canAnnounce) }
    }

    /// The store has done what the change asked for, or has found no such session. Returns what the client has to be
    /// told.
    func settle(_ change: Change, found: Bool) -> Announcement? {
        state.withLock { $0.settle(change, found: found) }
    }

    /// The store has failed.
    func restore(_ change: Change) {
        state.withLock { $0.restore(change) }
    }
}
