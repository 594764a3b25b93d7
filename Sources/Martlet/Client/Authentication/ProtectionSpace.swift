import HTTPWire

/// The part of a server that credentials are for: an origin and the paths below one (RFC 9110 section 11.5, RFC 7617
/// section 2.2).
///
///     ProtectionSpace(url)           // the origin of the URL, all its paths from the last slash of this one on
///     ProtectionSpace(url.origin)    // the whole origin
package struct ProtectionSpace: Sendable, Hashable, CustomStringConvertible {
    /// Scheme, host and port. Credentials never match another.
    package let origin: HTTPOrigin
    /// The path, without a slash at its end, at and below which the space lies; empty for the whole origin.
    package let path: String

    /// All of `origin`, or what lies at and below `path` on it, percent-encoded.
    package init(_ origin: HTTPOrigin, path: String = "") {
        self.origin = origin
        var path = Substring(path)
        while path.last == "/" { path.removeLast() }
        self.path = path.isEmpty || path.first == "/" ? String(path) : "/\(path)"
    }

    /// What lies in the folder of `url`: its path up to the last slash.
    package init(_ url: HTTPURL) {
        self.init(url.origin, path: String(url.path[..<(url.path.lastIndex(of: "/") ?? url.path.startIndex)]))
    }

    /// Whether `url` lies in the space. `/a` holds `/a` and `/a/b`, not `/ab`.
    package func contains(_ url: HTTPURL) -> Bool {
        guard url.origin == origin else { return false }
        let rest = url.path.utf8.dropFirst(path.utf8.count)
        return url.path.utf8.starts(with: path.utf8) && (rest.isEmpty || rest.first == 0x2F)
    }

    /// The origin and the path: `https://example.com/private`.
    package var description: String { "\(origin)\(path)" }
}
