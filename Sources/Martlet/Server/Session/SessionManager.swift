import HTTPWire

/// Finds the session of a request, and stores its changes.
struct SessionManager: Sendable {
    let configuration: HTTPSession.Configuration
    let timeToLive: Duration

    /// How many ids of one request are looked up at most.
    private static let candidateLimit = 4

    /// The session whose id one of `cookies` holds; nil if there is none.
    func existingSession(for cookies: [Cookie]) async throws -> HTTPSession? {
        // A client sends several if they were set for several paths or domains, but never as many as fit into a head.
        let candidates = cookies.lazy.filter {
            $0.name == configuration.cookieName && SessionID.isValid($0.value)
        }
        for cookie in candidates.prefix(Self.candidateLimit) {
            if let values = try await configuration.store.load(cookie.value, timeToLive: timeToLive) {
                return HTTPSession(id: cookie.value, values: values, isNew: false)
            }
        }
        // An unknown id is not adopted: an attacker may have planted it.
        return nil
    }

    /// A session without values, whose id no client knows.
    func newSession() -> HTTPSession {
        HTTPSession(id: SessionID.random(), values: [:], isNew: true)
    }

    /// Stores the changes of a session.
    ///
    /// - Parameter canAnnounce: Whether the response can still set a cookie.
    /// - Returns: The cookie to send to the client, if there is anything to announce.
    func commit(_ session: HTTPSession, canAnnounce: Bool, isSecure: Bool) async throws -> SetCookie? {
        var announcement: HTTPSession.Announcement?
        while let change = try session.takeChange(canAnnounce: canAnnounce) {
            do {
                let found = try await store(change)
                announcement = session.settle(change, found: found) ?? announcement
            } catch {
                session.restore(change)
                throw error
            }
        }
        return switch announcement {
        case .id(let id): try cookie(id, maxAge: nil, isSecure: isSecure)
        case .end: try cookie("", maxAge: 0, isSecure: isSecure)
        case nil: nil
        }
    }

    /// Performs a change in one operation. Returns false if the session no longer exists.
    private func store(_ change: HTTPSession.Change) async throws -> Bool {
        let store = configuration.store
        let (id, found): (String, Bool)
        switch change.operation {
        case .create(let new, let values):
            do {
                try await store.create(new, values: values, timeToLive: timeToLive)
                (id, found) = (new, true)
            } catch is SessionNotStored {
                // As if it had been ended at once: the client is told of none.
                (id, found) = (new, false)
            }
        case .update(let old, let changes):
            (id, found) = (old, try await store.update(old, changes: changes, timeToLive: timeToLive))
        case .rename(let old, to: let new, let changes):
            (id, found) = (new, try await store.rename(old, to: new, changes: changes, timeToLive: timeToLive))
        case .remove(let old):
            try await store.remove(old)
            return true
        case .none(let old):
            (id, found) = (old, true)
        }
        if found, let action = change.onTimeout { await store.onTimeout(id, perform: action) }
        return found
    }

    private func cookie(_ value: String, maxAge: Int?, isSecure: Bool) throws -> SetCookie {
        try SetCookie(
            name: configuration.cookieName,
            value: value,
            maxAge: maxAge,
            domain: configuration.cookieDomain,
            path: configuration.cookiePath,
            isSecure: configuration.isSecure ?? isSecure,
            isHTTPOnly: true,
            sameSite: configuration.sameSite
        )
    }
}

extension ServerExchange {
    /// The session of the request; begun on first access.
    func session() async throws -> HTTPSession {
        if let session = try await existingSession() { return session }
        // A session that was destroyed in this request is stored as such before another one takes its place.
        try await commitSession()
        return keepSession(sessions.newSession())
    }

    /// The session of the request, if there is one already; nil also after the handler has destroyed it.
    func existingSession() async throws -> HTTPSession? {
        if let session = presentSession { return session.isDestroyed ? nil : session }
        return try await sessions.existingSession(for: headers.cookies).map(keepSession)
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
