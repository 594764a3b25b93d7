/// Keeps the values of sessions: in memory, in a database, or in a store that several servers share.
///
/// Every function may be called at the same time for the same session, and each is done whole or not at all. A session
/// that has been removed, or whose time is over, must not come back: ``update(_:changes:timeToLive:)`` and
/// ``rename(_:to:changes:timeToLive:)`` look whether it is there and change it in one step, which a database does in one
/// statement or transaction, and Redis in a script.
public protocol SessionStore: Sendable {
    /// The values of a session, which lives for `timeToLive` from now on; nil when there is no such session, or its
    /// time is over.
    func load(_ id: String, timeToLive: Duration) async throws -> [String: String]?

    /// Begins a session, which lives for `timeToLive`. Its id is random and has never been used.
    func create(_ id: String, values: [String: String], timeToLive: Duration) async throws

    /// Sets or, with nil, removes values of a session, which lives for `timeToLive` from now on.
    ///
    /// - Returns: False, with nothing changed, when there is no such session, or its time is over.
    @discardableResult
    func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws -> Bool

    /// Gives a session another id, which is random and has never been used; then does what
    /// ``update(_:changes:timeToLive:)`` does. Its action at the timeout goes with it.
    ///
    /// - Returns: False, with nothing changed, when there is no session `id`, or its time is over.
    @discardableResult
    func rename(
        _ id: String,
        to newID: String,
        changes: [String: String?],
        timeToLive: Duration
    ) async throws -> Bool

    /// Ends a session. Does nothing when there is none.
    func remove(_ id: String) async throws

    /// Sets what to do when the session's time is over. Stores that can't tell do nothing, which is the default.
    func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async
}

extension SessionStore {
    /// Does nothing.
    public func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async {}
}
