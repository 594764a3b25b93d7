import HTTPWire

extension ServerExchange {
    /// The session of the request; begun on first access.
    func session() async throws -> HTTPSession {
        if let session = presentSession, !session.isDestroyed { return session }
        // A session that was destroyed in this request is stored as such before another one takes its place.
        try await commitSession()
        let cookies = presentSession == nil ? headers.cookies : []
        return keepSession(try await sessions.session(for: cookies))
    }

    /// Stores the changes of the session, and sets its cookie. Called before the head is sent, and when the handler has
    /// returned. Does nothing if the handler has not used a session.
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

    /// The same when the handler has ended, for whatever reason: also in a cancelled task, which must not prevent the
    /// store from working.
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
    /// The session of the client. It begins on first access, and the client gets a cookie with its id.
    ///
    /// - Throws: Any error of the session store. The default store never throws.
    public var session: HTTPSession {
        get async throws { try await exchange.session() }
    }
}
