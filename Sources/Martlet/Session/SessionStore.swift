/// Keeps the values of sessions: in memory, in a database, or in a store that several servers share.
///
/// Every function may be called at the same time for the same session.
public protocol SessionStore: Sendable {
    /// The values of a session, which lives for `timeToLive` from now on; nil when there is no such session, or its
    /// time is over.
    func load(_ id: String, timeToLive: Duration) async throws -> [String: String]?

    /// Begins a session, which lives for `timeToLive`.
    func create(_ id: String, values: [String: String], timeToLive: Duration) async throws

    /// Sets or, with nil, removes values of a session, which lives for `timeToLive` from now on. Does nothing when
    /// there is no such session any more.
    func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws

    /// Ends a session.
    func remove(_ id: String) async throws

    /// Sets what to do when the session's time is over. Stores that can't tell do nothing, which is the default.
    func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async
}

extension SessionStore {
    /// Does nothing.
    public func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async {}
}
