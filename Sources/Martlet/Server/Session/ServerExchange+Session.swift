import HTTPWire

extension ServerExchange {
    /// The session of the request; begun when it is asked for first.
    func session() async throws -> HTTPSession {
        if let session = presentSession, !session.isDestroyed { return session }
        // A session that was destroyed in this request is stored as such before another one takes its place.
        try await commitSession()
        let cookies = presentSession == nil ? headers.cookies : []
        return keepSession(try await sessions.session(for: cookies))
    }

    /// Stores what has become of the session, and tells the client of it. Called before the head is sent, and when
    /// the handler has returned. Does nothing when the handler has not asked for a session.
    func commitSession() async throws {
        guard let session = presentSession else { return }
        let canAnnounce = !read { $0.isHeadSent }
        let cookie = try await sessions.commit(session, canAnnounce: canAnnounce, isSecure: isSecure)
        if let cookie, canAnnounce {
            change { draft in
                draft.cookies.removeAll { $0.name == cookie.name }
                draft.cookies.append(cookie)
            }
        }
    }

    /// The same when the handler is done with the request, for whatever reason: also in a task that has been cancelled,
    /// which must not keep a store from its work.
    func settleSession() async throws {
        guard presentSession != nil else { return }
        guard Task.isCancelled else { return try await commitSession() }
        try await Task { try await self.commitSession() }.value
    }

    private var sessions: SessionManager {
        SessionManager(
            configuration: settings.configuration.sessions,
            timeToLive: settings.configuration.sessionTimeout
        )
    }
}

extension HTTPServerRequest {
    /// What the server remembers about this client. A session begins when it is first asked for; the client learns
    /// of it by a cookie.
    ///
    /// - Throws: What the session store throws. The store that is the default throws nothing.
    public var session: HTTPSession {
        get async throws { try await exchange.session() }
    }
}
