import HTTPWire

/// Finds the session that a request belongs to, and stores what has become of it.
struct SessionManager: Sendable {
    let configuration: HTTPSession.Configuration
    let timeToLive: Duration

    /// How many ids of one request are looked up.
    private static let candidateLimit = 4

    /// The session whose id one of `cookies` holds, or a new one.
    func session(for cookies: [Cookie]) async throws -> HTTPSession {
        // Several are sent where they were set for several paths or domains, never as many as a head has room for.
        let candidates = cookies.lazy.filter {
            $0.name == configuration.cookieName && SessionID.isValid($0.value)
        }
        for cookie in candidates.prefix(Self.candidateLimit) {
            if let values = try await configuration.store.load(cookie.value, timeToLive: timeToLive) {
                return HTTPSession(id: cookie.value, values: values, isNew: false)
            }
        }
        // An id that nobody gave out is not adopted: it may have been planted.
        return HTTPSession(id: SessionID.random(), values: [:], isNew: true)
    }

    /// Stores what has changed.
    ///
    /// - Parameter canAnnounce: Whether the response can still set a cookie.
    /// - Returns: The cookie that tells the client, if there is anything to tell.
    func commit(_ session: HTTPSession, canAnnounce: Bool, isSecure: Bool) async throws -> SetCookie? {
        var announcement: HTTPSession.Announcement?
        while let change = session.takeChange(canAnnounce: canAnnounce) {
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

    /// Does what a change says, in one operation. False when the session is not there any more.
    private func store(_ change: HTTPSession.Change) async throws -> Bool {
        let store = configuration.store
        let (id, found): (String, Bool)
        switch change.operation {
        case .create(let new, let values):
            try await store.create(new, values: values, timeToLive: timeToLive)
            (id, found) = (new, true)
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
