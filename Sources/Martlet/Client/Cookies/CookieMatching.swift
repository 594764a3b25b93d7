import HTTPWire

extension HTTPURL {
    /// Whether the host is an IP address: those have no subdomains.
    var hasAddress: Bool {
        InternetAddress(host).kind != .name
    }

    /// Whether what is sent there stays between the two: it is encrypted, or goes no further than this machine. Secure
    /// cookies are for such URLs (RFC 6265bis section 5.8.3; W3C Secure Contexts section 3.1).
    var isForSecureCookies: Bool {
        if origin.isSecure { return true }
        switch InternetAddress(host).kind {
        case .ipv4, .ipv6: return InternetAddress(host).isLoopback
        case .name, .unix: return host == "localhost" || host.hasSuffix(".localhost")
        }
    }

    /// The domains whose cookies the host gets: its own, and all those above it (RFC 6265bis section 5.1.3).
    var cookieDomains: [String] {
        guard !hasAddress else { return [host] }
        var domains = [host]
        var rest = Substring(host)
        while let dot = rest.utf8.firstIndex(of: 0x2E) {
            rest = rest[rest.utf8.index(after: dot)...]
            if !rest.isEmpty { domains.append(String(rest)) }
        }
        return domains
    }

    /// The path of a cookie that names none: that of the URL up to its last slash (RFC 6265bis section 5.1.4).
    var defaultCookiePath: String {
        guard let slash = path.utf8.lastIndex(of: 0x2F), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}

extension String {
    /// Whether `other` is this domain or below it; neither is an IP address of another notation.
    func isCookieDomain(of other: String) -> Bool {
        guard other.utf8.suffix(utf8.count).elementsEqual(utf8) else { return false }
        let rest = other.utf8.dropLast(utf8.count)
        return rest.isEmpty || (rest.last == 0x2E && InternetAddress(other).kind == .name)
    }

    /// Whether this path is at or below `other` (RFC 6265bis section 5.1.4).
    func isCookiePath(below other: String) -> Bool {
        guard utf8.starts(with: other.utf8) else { return false }
        return utf8.count == other.utf8.count || other.utf8.last == 0x2F
            || utf8.dropFirst(other.utf8.count).first == 0x2F
    }
}

extension StoredCookie {
    /// Whether the cookie goes with a request for `url`, whose host is at or below the cookie's domain.
    func isSent(to url: HTTPURL, now: HTTPDate, context: CookieContext) -> Bool {
        guard !isHostOnly || url.host == domain, !isSecure || url.isForSecureCookies, !isExpired(at: now),
            (url.path.isEmpty ? "/" : url.path).isCookiePath(below: path)
        else { return false }
        switch context {
        case .sameSite: return true
        case .crossSiteNavigation: return sameSite != .strict
        case .crossSite: return sameSite == SetCookie.SameSite.none
        }
    }
}
