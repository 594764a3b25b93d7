import HTTPWire

/// The part of a server that credentials are for: an origin, and a path on it (RFC 9110 section 11.5, RFC 7617 section
/// 2.2).
///
///     ProtectionSpace(url)           // the folder of the URL: its path up to the last slash
///     ProtectionSpace(url.origin)    // the whole origin
package struct ProtectionSpace: Sendable, Hashable, CustomStringConvertible {
    /// Scheme, host and port. Credentials never match another origin.
    package let origin: HTTPOrigin
    /// The path that contains the space, without a slash at its end; empty for the whole origin.
    package let path: String

    /// Creates the space of all of `origin`, or of the URLs at and below `path`, which is percent-encoded.
    package init(_ origin: HTTPOrigin, path: String = "") {
        self.origin = origin
        var path = Substring(path)
        while path.last == "/" { path.removeLast() }
        self.path = path.isEmpty || path.first == "/" ? String(path) : "/\(path)"
    }

    /// Creates the space of the folder of `url`: its path up to the last slash.
    package init(_ url: HTTPURL) {
        self.init(url.origin, path: String(url.path[..<(url.path.lastIndex(of: "/") ?? url.path.startIndex)]))
    }

    /// Whether `url` is in the space. `/a` contains `/a` and `/a/b`, but not `/ab`.
    package func contains(_ url: HTTPURL) -> Bool {
        guard url.origin == origin else { return false }
        let rest = url.path.utf8.dropFirst(path.utf8.count)
        return url.path.utf8.starts(with: path.utf8) && (rest.isEmpty || rest.first == 0x2F)
    }

    /// The origin and the path: `https://example.com/private`.
    package var description: String { "\(origin)\(path)" }
}
