import HTTPWire

extension CookieStorage {
    /// Removes one cookie.
    public mutating func remove(_ cookie: StoredCookie) {
        remove(in: cookie.domain) { $0.replaces(cookie) }
    }

    /// Removes the cookies of `domain` and of its subdomains.
    public mutating func removeAll(domain: String) {
        for other in Array(byDomain.keys) where domain.isCookieDomain(of: other) { remove(in: other) { _ in true } }
    }

    /// Removes session cookies, as at the end of a session.
    public mutating func removeSessionCookies() {
        for domain in Array(byDomain.keys) { remove(in: domain) { $0.isSessionCookie } }
    }

    /// Removes the cookies that have expired.
    public mutating func removeExpired(at now: HTTPDate) {
        for domain in Array(byDomain.keys) { remove(in: domain) { $0.isExpired(at: now) } }
    }

    /// Removes all cookies.
    public mutating func removeAll() {
        byDomain.removeAll()
        count = 0
    }

    private mutating func remove(in domain: String, where isRemoved: (StoredCookie) -> Bool) {
        guard var others = byDomain[domain] else { return }
        let before = others.count
        others.removeAll(where: isRemoved)
        count -= before - others.count
        byDomain[domain] = others.isEmpty ? nil : others
    }

    /// Removes cookies as long as there are more than the limits allow: first expired ones, then those of a domain that
    /// has too many, then any; among these, insecure ones before secure ones, and the least recently sent ones first
    /// (RFC 6265bis section 5.7).
    mutating func evict(domain: String, now: HTTPDate) {
        if (byDomain[domain]?.count ?? 0) > limits.perDomain { remove(in: domain) { $0.isExpired(at: now) } }
        while let others = byDomain[domain], others.count > limits.perDomain, let victim = Self.victim(of: others) {
            remove(victim)
        }
        guard count > limits.total else { return }
        removeExpired(at: now)
        while count > limits.total, let victim = Self.victim(of: byDomain.values.joined()) {
            remove(victim)
        }
    }

    /// The cookie to evict first.
    private static func victim(of cookies: some Sequence<StoredCookie>) -> StoredCookie? {
        cookies.min { left, right in
            if left.isSecure != right.isSecure { return !left.isSecure }
            return (left.lastAccess, left.serial) < (right.lastAccess, right.serial)
        }
    }
}
