import Synchronization

/// What a server remembers about one client between its requests: texts under keys.
///
/// Get it from ``HTTPServerRequest/session``. Changes are stored before the response's head is sent, and those made
/// later when the handler returns. Requests of one session that run at the same time each see the values as of their
/// beginning; changes to different keys do not undo each other.
public final class HTTPSession: Sendable {
    private struct State {
        var id: String
        var isNew: Bool
        var values: [String: String]
        var changes: [String: String?] = [:]
        /// The id the client knows, when that is another one.
        var formerID: String?
        var isDestroyed = false
        var needsCookie: Bool
        var onTimeout: (@Sendable () -> Void)?
    }

    /// What has to be told to the store and to the client.
    struct Pending {
        var id: String
        var formerID: String?
        var values: [String: String]
        var changes: [String: String?]
        var isNew: Bool
        var isDestroyed: Bool
        var onTimeout: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    init(id: String, values: [String: String], isNew: Bool) {
        self.state = Mutex(State(id: id, isNew: isNew, values: values, needsCookie: isNew))
    }

    /// The name of the session: 32 hexadecimal digits, 128 random bits.
    public var id: String { state.withLock { $0.id } }

    /// Whether the session began with this request, so that the client has not been told of it yet.
    public var isNew: Bool { state.withLock { $0.isNew } }

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
            state.needsCookie = true
            state.values = [:]
        }
    }

    /// Gives the session another id and keeps its values. Do this when a client logs in, so that an id somebody
    /// planted before gives no access (session fixation). It has no effect once the response's head has been sent.
    public func renewID() {
        state.withLock { state in
            if !state.isNew { state.formerID = state.formerID ?? state.id }
            state.id = SessionID.random()
            state.needsCookie = true
        }
    }

    /// Sets what to do when the session is removed because nobody used it for the server's `sessionTimeout`.
    /// Stores that are shared between servers may not call it.
    public func onTimeout(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.onTimeout = action }
    }

    // MARK: For the server

    var isDestroyed: Bool { state.withLock { $0.isDestroyed } }

    /// Takes what has changed since the last time; nil when nothing has.
    ///
    /// - Parameter canAnnounce: Whether the client can still be told of another id. Otherwise the session keeps the
    ///   one that the client knows; a session that the client knows nothing of is not worth keeping.
    func takePending(canAnnounce: Bool) -> Pending? {
        state.withLock { state in
            if !canAnnounce {
                if state.isNew, state.needsCookie { return nil }
                if let formerID = state.formerID {
                    (state.id, state.formerID, state.needsCookie) = (formerID, nil, state.isDestroyed)
                }
            }
            guard state.needsCookie || !state.changes.isEmpty || state.onTimeout != nil else { return nil }
            defer {
                state.changes = [:]
                state.formerID = nil
                state.needsCookie = false
                state.onTimeout = nil
            }
            return Pending(
                id: state.id,
                formerID: state.formerID,
                values: state.values,
                changes: state.changes,
                isNew: state.isNew && state.needsCookie,
                isDestroyed: state.isDestroyed,
                onTimeout: state.onTimeout
            )
        }
    }

    /// The client has been told of the session.
    func wasAnnounced() {
        state.withLock { $0.isNew = false }
    }
}
