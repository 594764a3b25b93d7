import HTTPWire

/// The cookies that servers have set, and the rules by which they are sent back (RFC 6265bis sections 5.7 and 5.8).
///
/// A value without locks, clocks or files; `CookieJar` adds those.
///
/// It has no list of public suffixes. A `Domain` of one label, such as `com`, always counts as one; for others, such as
/// `co.uk` or `github.io`, it depends on `isPublicSuffix`. Without that, a site below such a suffix can set cookies for
/// its neighbours: pass a function if a jar serves sites that do not trust each other.
///
/// `localhost`, `127.0.0.0/8` and `::1` may set and get secure cookies without TLS, as in browsers and curl: their
/// traffic does not leave the machine. Names below `localhost` may not, since they may resolve to other machines.
public struct CookieStorage: Sendable {
    /// The limits on the number of cookies (RFC 6265bis section 5.7).
    public struct Limits: Sendable, Hashable {
        /// The maximum number of cookies per domain. Defaults to 50.
        public var perDomain: Int
        /// The maximum number of cookies in total. Defaults to 3000.
        public var total: Int

        /// Creates limits.
        public init(perDomain: Int = 50, total: Int = 3000) {
            self.perDomain = perDomain
            self.total = total
        }
    }

    /// The limits on the number of cookies.
    public let limits: Limits
    private let isPublicSuffix: @Sendable (String) -> Bool
    /// The cookies by domain, in the order of their creation.
    private var byDomain: [String: [StoredCookie]] = [:]
    /// The serial number of the next cookie.
    private var nextSerial = 0
    /// The number of cookies.
    public private(set) var count = 0

    /// Creates an empty storage.
    ///
    /// - Parameters:
    ///   - limits: The limits on the number of cookies.
    ///   - isPublicSuffix: Whether a domain in lower case, such as `co.uk`, is one below which anyone can register a
    ///     name. By default, only domains of one label are.
    public init(limits: Limits = Limits(), isPublicSuffix: @escaping @Sendable (String) -> Bool = { _ in false }) {
        self.limits = limits
        self.isPublicSuffix = isPublicSuffix
    }

    /// The maximum lifetime of a cookie in seconds: 400 days (RFC 6265bis section 5.5).
    public static var maximumAge: Int64 { 400 * 86_400 }

    /// All cookies in the order of their creation, including expired ones that have not been removed yet.
    public var all: [StoredCookie] {
        byDomain.values.joined().sorted { $0.serial < $1.serial }
    }

    /// Stores a cookie that the response to a request for `url` has set. An expired one removes the stored one.
    ///
    /// - Parameters:
    ///   - url: The URL of the request.
    ///   - cookie: The cookie to store.
    ///   - now: The time at which the response arrived.
    ///   - context: The origin of the request. Defaults to the site itself.
    /// - Throws: `CookieRejection`; in that case nothing changes.
    public mutating func store(
        _ cookie: SetCookie,
        from url: HTTPURL,
        now: HTTPDate,
        context: CookieContext = .sameSite
    ) throws(CookieRejection) {
        guard 1...4096 ~= cookie.name.utf8.count + cookie.value.utf8.count,
            cookie.domain?.utf8.count ?? 0 <= 1024, cookie.path?.utf8.count ?? 0 <= 1024
        else { throw .invalidSize }
        if let violation = cookie.violation { throw .violation(violation) }
        let isTrusted = url.keepsSecureCookies
        if cookie.isSecure, !isTrusted { throw .insecureConnection }
        if context == .crossSite, cookie.sameSite != SetCookie.SameSite.none { throw .crossSite }

        let (domain, isHostOnly) = try domain(of: cookie, from: url)
        var path = cookie.path ?? ""
        if path.utf8.first != 0x2F { path = url.defaultCookiePath }
        if !isTrusted { try checkSecureCookies(named: cookie.name, domain: domain, path: path) }

        var new = StoredCookie(
            name: cookie.name,
            value: cookie.value,
            domain: domain,
            isHostOnly: isHostOnly,
            path: path,
            isSecure: cookie.isSecure,
            isHTTPOnly: cookie.isHTTPOnly,
            sameSite: cookie.sameSite,
            expires: Self.expiry(of: cookie, now: now),
            creation: now,
            lastAccess: now,
            serial: nextSerial
        )
        var others = byDomain[domain] ?? []
        let old = others.firstIndex { new.replaces($0) }
        if let old { (new.creation, new.serial) = (others[old].creation, others[old].serial) }
        switch (old, new.isExpired(at: now)) {
        case (let index?, true):
            others.remove(at: index)
            count -= 1
        case (let index?, false):
            others[index] = new
        case (nil, false):
            others.append(new)
            count += 1
            nextSerial += 1
        case (nil, true):
            return
        }
        byDomain[domain] = others.isEmpty ? nil : others
        evict(domain: domain, now: now)
    }

    /// The cookies to send with a request for `url`: those with longer paths first, then those created first (RFC
    /// 6265bis section 5.8.3).
    ///
    /// - Parameters:
    ///   - url: The URL of a request.
    ///   - now: The time of the request.
    ///   - context: The origin of the request. Defaults to the site itself.
    public mutating func cookies(
        for url: HTTPURL,
        now: HTTPDate,
        context: CookieContext = .sameSite
    ) -> [StoredCookie] {
        guard count > 0 else { return [] }
        var found: [StoredCookie] = []
        for domain in url.cookieDomains {
            guard var candidates = byDomain[domain] else { continue }
            for index in candidates.indices where candidates[index].isSent(to: url, now: now, context: context) {
                candidates[index].lastAccess = max(candidates[index].lastAccess, now)
                found.append(candidates[index])
            }
            byDomain[domain] = candidates
        }
        return found.sorted { left, right in
            let (first, second) = (left.path.utf8.count, right.path.utf8.count)
            return first == second ? left.serial < right.serial : first > second
        }
    }

    /// The domain and host-only flag of the cookie once it is stored (RFC 6265bis section 5.7, steps 7 to 9).
    private func domain(of cookie: SetCookie, from url: HTTPURL) throws(CookieRejection) -> (String, Bool) {
        guard let domain = cookie.domain, !domain.isEmpty else { return (url.host, true) }
        if domain == url.host { return (domain, url.hasAddress || isSuffix(domain)) }
        if isSuffix(domain) { throw .publicSuffix(domain) }
        guard url.cookieDomains.contains(domain) else { throw .foreignDomain(domain) }
        return (domain, false)
    }

    private func isSuffix(_ domain: String) -> Bool {
        !domain.utf8.dropLast().contains(0x2E) || isPublicSuffix(domain)
    }

    /// Makes sure that an unencrypted connection does not shadow a secure cookie with one of its own (section 5.7, step
    /// 16).
    private func checkSecureCookies(named name: String, domain: String, path: String) throws(CookieRejection) {
        for (other, cookies) in byDomain where other.isCookieDomain(of: domain) || domain.isCookieDomain(of: other) {
            for cookie in cookies where cookie.isSecure && cookie.name == name {
                if path.isCookiePath(below: cookie.path) { throw .wouldOverwriteSecure }
            }
        }
    }

    /// When the cookie expires: `Max-Age` takes precedence over `Expires`, and both are limited to 400 days (section
    /// 5.5).
    private static func expiry(of cookie: SetCookie, now: HTTPDate) -> HTTPDate? {
        if let age = cookie.maxAge {
            if age <= 0 { return .distantPast }
            return HTTPDate(secondsSince1970: now.secondsSince1970 + min(Int64(age), maximumAge))
        }
        return cookie.expires.map {
            min($0, HTTPDate(secondsSince1970: now.secondsSince1970 + maximumAge))
        }
    }

    /// Restores a cookie of an earlier jar, replacing one with the same name, domain and path.
    mutating func restore(_ cookie: StoredCookie) {
        remove(cookie)
        var cookie = cookie
        cookie.serial = nextSerial
        byDomain[cookie.domain, default: []].append(cookie)
        count += 1
        nextSerial += 1
        evict(domain: cookie.domain, now: .distantPast)
    }

    // MARK: Removing

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
    private mutating func evict(domain: String, now: HTTPDate) {
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
