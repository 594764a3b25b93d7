/// Stores the values of sessions: in memory, in a database, or in a store that several servers share.
///
/// Functions may be called concurrently for the same session, and each must be atomic. A session that has been removed
/// or has expired must not come back: ``update(_:changes:timeToLive:)`` and ``rename(_:to:changes:timeToLive:)`` must
/// check that it exists and change it in one step, which takes one statement or transaction in a database, and a script
/// in Redis.
///
/// An error is the handler's: one that is an ``HTTPResponseError`` chooses the answer, as 503 with `Retry-After` while a
/// database is away.
public protocol SessionStore: Sendable {
    /// Returns the values of a session, which lives for `timeToLive` from now on; nil if it does not exist or has
    /// expired.
    func load(_ id: String, timeToLive: Duration) async throws -> [String: String]?

    /// Creates a session, which lives for `timeToLive`. Its id is random and has never been used.
    ///
    /// - Throws: ``SessionNotStored`` for a request that is to be answered without a session.
    func create(_ id: String, values: [String: String], timeToLive: Duration) async throws

    /// Sets or, with nil, removes values of a session, which lives for `timeToLive` from now on.
    ///
    /// - Returns: False, with nothing changed, if the session does not exist or has expired.
    @discardableResult
    func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws -> Bool

    /// Gives a session another id, which is random and has never been used; then does the same as
    /// ``update(_:changes:timeToLive:)``. The session keeps its timeout action.
    ///
    /// - Returns: False, with nothing changed, if the session `id` does not exist or has expired.
    @discardableResult
    func rename(
        _ id: String,
        to newID: String,
        changes: [String: String?],
        timeToLive: Duration
    ) async throws -> Bool

    /// Removes a session. Does nothing if it does not exist.
    func remove(_ id: String) async throws

    /// Sets an action to call when the session expires. The default does nothing, for stores that don't notice expiry.
    func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async
}

extension SessionStore {
    /// Does nothing.
    public func onTimeout(_ id: String, perform action: @escaping @Sendable () -> Void) async {}
}

/// Thrown by ``SessionStore/create(_:values:timeToLive:)`` where a request is to be answered though its session can't be
/// stored: its values are lost, and the client is sent no cookie.
public struct SessionNotStored: Error, Sendable, Hashable {
    /// Creates the error.
    public init() {}
}
