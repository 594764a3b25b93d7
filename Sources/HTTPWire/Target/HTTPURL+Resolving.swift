extension HTTPURL {
    /// Resolves a reference that was found at this URL (RFC 3986 section 5).
    ///
    ///     HTTPURL("http://a/b/c/d;p?q")?.resolving("../g")?.description   // "http://a/b/g"
    ///
    /// The reference is read as leniently as an absolute URL. `http:g`, a relative path after the same scheme, counts
    /// as `g`, as in browsers (section 5.2.2). The fragment of this URL is not inherited.
    ///
    /// - Returns: `nil` if the reference is not valid, or leads to a URL without a host, such as `mailto:`.
    public func resolving(_ reference: String) -> HTTPURL? {
        resolving(reference.utf8.span)
    }

    /// Resolves a reference that need not be UTF-8: each byte that is not ASCII is percent-encoded.
    ///
    /// See ``resolving(_:)-(String)``.
    package func resolving(_ bytes: Span<UInt8>) -> HTTPURL? {
        guard let parts = URIReference(bytes) else { return nil }
        var scheme = scheme
        if let range = parts.scheme {
            scheme = bytes.lowercasedString(range)
            guard parts.authority != nil || scheme == self.scheme else { return nil }
        }
        if let authority = parts.authority {
            return HTTPURL(scheme: scheme, authority: authority, of: parts, in: bytes)
        }

        let query = parts.query.map { PercentEncoding.completed(bytes.extracting($0), keeping: .uriQuery) }
        let path: String
        if parts.path.isEmpty {
            path = self.path
        } else {
            let completed = PercentEncoding.completed(bytes.extracting(parts.path), keeping: .uriPath)
            path = (completed.utf8.first == 0x2F ? completed : directory + completed).removingDotSegments
        }
        return HTTPURL(
            scheme: scheme,
            userInfo: userInfo,
            hostAndPort: hostAndPort,
            path: path,
            query: parts.path.isEmpty ? query ?? self.query : query,
            fragment: parts.fragment.map { PercentEncoding.completed(bytes.extracting($0), keeping: .uriQuery) }
        )
    }

    /// The scheme of `reference` in lower case; `nil` if it has none.
    package static func scheme(of reference: String) -> String? {
        let bytes = reference.utf8.span
        guard let range = URIReference(bytes)?.scheme else { return nil }
        return bytes.lowercasedString(range)
    }

    /// Whether `text` begins with a scheme and `//`, so that it is an absolute URL. `localhost:80/?u=http://x` does
    /// not: a URL that lacks a scheme may contain another URL.
    package static func namesScheme(_ text: String) -> Bool {
        let bytes = text.utf8.span
        guard let scheme = bytes.scheme(from: 0) else { return false }
        return bytes.has(0x3A, at: scheme.upperBound) && bytes.has(0x2F, at: scheme.upperBound + 1)
            && bytes.has(0x2F, at: scheme.upperBound + 2)
    }

    /// The path up to its last slash (RFC 3986 section 5.2.3).
    private var directory: String {
        guard let slash = path.utf8.lastIndex(of: 0x2F) else { return "/" }
        return String(path[...slash])
    }
}

extension String {
    /// The path, empty or starting with a slash, without `.` and `..` segments (RFC 3986 section 5.2.4).
    ///
    /// As in browsers, `%2e` counts as a dot: servers decode it after checking the URL.
    var removingDotSegments: String {
        guard utf8.contains(0x2E) || utf8.contains(0x25) else { return self }
        var segments: [Substring] = []
        var hasDots = false
        let all = split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, segment) in zip(all.indices, all) {
            let dots = segment.dotCount
            if dots == 0 {
                segments.append(segment)
                continue
            }
            hasDots = true
            if dots == 2 { _ = segments.popLast() }
            if index == all.endIndex - 1 { segments.append("") }
        }
        return hasDots ? "/" + segments.joined(separator: "/") : self
    }
}

extension Substring {
    /// 1 for `.`, 2 for `..`, percent-encoded or not; 0 for anything else.
    fileprivate var dotCount: Int {
        switch utf8.count {
        case 1...2, 4, 6: break
        case 3: return utf8.elementsEqual("%2e".utf8, by: { $0.asciiLowercased == $1 }) ? 1 : 0
        default: return 0
        }
        switch utf8.span.lowercasedString(0..<utf8.count) {
        case ".": return 1
        case "..", ".%2e", "%2e.", "%2e%2e": return 2
        default: return 0
        }
    }
}
