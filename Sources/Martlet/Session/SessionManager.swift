import HTTPWire

/// Finds the session that a request belongs to, and stores what has become of it.
struct SessionManager: Sendable {
    let configuration: HTTPSession.Configuration
    let timeToLive: Duration

    /// The session whose id one of `cookies` holds, or a new one.
    func session(for cookies: [Cookie]) async throws -> HTTPSession {
        for cookie in cookies where cookie.name == configuration.cookieName && SessionID.isValid(cookie.value) {
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
        guard let pending = session.takePending(canAnnounce: canAnnounce) else { return nil }
        let store = configuration.store
        if let formerID = pending.formerID {
            try await store.remove(formerID)
        }
        if pending.isDestroyed {
            try await store.remove(pending.id)
            return pending.isNew ? nil : try cookie(pending.id, maxAge: 0, isSecure: isSecure)
        }
        if pending.isNew || pending.formerID != nil {
            try await store.create(pending.id, values: pending.values, timeToLive: timeToLive)
        } else if !pending.changes.isEmpty {
            try await store.update(pending.id, changes: pending.changes, timeToLive: timeToLive)
        }
        if let action = pending.onTimeout {
            await store.onTimeout(pending.id, perform: action)
        }
        guard pending.isNew || pending.formerID != nil else { return nil }
        session.wasAnnounced()
        return try cookie(pending.id, maxAge: nil, isSecure: isSecure)
    }

    private func cookie(_ id: String, maxAge: Int?, isSecure: Bool) throws -> SetCookie {
        try SetCookie(
            name: configuration.cookieName,
            value: maxAge == nil ? id : "",
            maxAge: maxAge,
            domain: configuration.cookieDomain,
            path: configuration.cookiePath,
            isSecure: configuration.isSecure ?? isSecure,
            isHTTPOnly: true,
            sameSite: configuration.sameSite
        )
    }
}
