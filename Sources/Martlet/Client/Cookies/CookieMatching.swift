import HTTPWire

extension HTTPURL {
    /// Whether the host is an IP address, which has no subdomains.
    var hasAddress: Bool {
        InternetAddress(host).kind != .name
    }

    /// Whether secure cookies are stored and sent: over TLS, and on this machine (W3C Secure Contexts section 3.1).
    ///
    /// Names below `localhost` are excluded: they may resolve to other machines.
    var keepsSecureCookies: Bool {
        origin.isSecure || InternetAddress(host).isLoopback
    }

    /// The domains whose cookies the host gets: its own, and all parent domains (RFC 6265bis section 5.1.3).
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

    /// The path of a cookie without `Path`: that of the URL up to its last slash (RFC 6265bis section 5.1.4).
    var defaultCookiePath: String {
        guard let slash = path.utf8.lastIndex(of: 0x2F), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}

extension String {
    /// Whether `other` is this domain or a subdomain of it. IP addresses have no subdomains.
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
    /// Whether the cookie is sent with a request for `url`, whose host is the cookie's domain or a subdomain.
    func isSent(to url: HTTPURL, now: HTTPDate, context: CookieContext) -> Bool {
        guard !isHostOnly || url.host == domain, !isSecure || url.keepsSecureCookies, !isExpired(at: now),
            (url.path.isEmpty ? "/" : url.path).isCookiePath(below: path)
        else { return false }
        switch context {
        case .sameSite: return true
        case .crossSiteNavigation: return sameSite != .strict
        case .crossSite: return sameSite == SetCookie.SameSite.none
        }
    }
}
