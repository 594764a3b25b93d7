extension HTTPURL {
    /// The host in its canonical form, as ``Authority/host``: in lower case, an address in decimal or in the shortest
    /// form, an IPv6 address without its brackets.
    public var host: String { hostAndPort.host }

    /// The port; `nil` if there is none or it is the scheme's default.
    public var port: Int? { hostAndPort.port }

    /// The port to connect to: the one in the URL, otherwise 443 for `https` and `wss`, otherwise 80.
    public var effectivePort: Int { port ?? HTTPOrigin.defaultPort(of: scheme) ?? 80 }

    /// Host and port as in a `Host` field: IPv6 in brackets and without a zone (RFC 6874 section 3), and without the
    /// scheme's default port (RFC 9110 section 7.2).
    public var authority: String { hostAndPort.withoutZone.description }

    /// Scheme, host and port, the boundary that secrets must not cross (RFC 9110 section 4.3.1).
    public var origin: HTTPOrigin {
        HTTPOrigin(scheme: scheme, hostAndPort: hostAndPort, port: effectivePort)
    }

    /// The user name, decoded; `nil` if there is no `@`.
    public var username: String? {
        guard let userInfo else { return nil }
        return Self.decoded(userInfo.prefix { $0 != ":" })
    }

    /// The password, decoded; `nil` if there is no `:` before the `@`.
    public var password: String? {
        guard let userInfo, let colon = userInfo.firstIndex(of: ":") else { return nil }
        return Self.decoded(userInfo[userInfo.index(after: colon)...])
    }

    private static func decoded(_ text: Substring) -> String {
        // The whole decodes to UTF-8, as `init` has checked, and no character spans a colon.
        (try? PercentEncoding.decode(String(text))) ?? String(text)
    }

    /// The segments of the path, percent-decoded, as those of a ``RequestTarget``: `["a", "b"]` for `/a/b`.
    ///
    /// - Throws: `PercentEncoding.DecodingError` if a segment decodes to bytes that are not UTF-8.
    public var pathSegments: [String] {
        get throws(PercentEncoding.DecodingError) { try path.utf8.span.decodedSegments() }
    }

    /// The parameters of the query, decoded, as those of a ``RequestTarget``; none if there is no query.
    ///
    /// - Throws: `QueryParameters.ParsingError` if there are more than 1000, or if one decodes to bytes that are not
    ///   UTF-8.
    public var queryParameters: QueryParameters {
        get throws(QueryParameters.ParsingError) {
            guard let query else { return QueryParameters() }
            return try QueryParameters(query)
        }
    }

    /// Path and query, the target of a request to an origin server (RFC 9112 section 3.2.1); `/` for an empty path.
    public var requestTarget: String {
        let path = path.isEmpty ? "/" : path
        return query.map { "\(path)?\($0)" } ?? path
    }

    /// The URL without user information and fragment, the target of a request to a proxy (RFC 9112 section 3.2.2).
    public var absoluteTarget: String {
        "\(scheme)://\(authority)\(requestTarget)"
    }

    /// The URL as text, including user information: log `absoluteTarget` instead.
    public var description: String {
        var text = "\(scheme)://"
        if let userInfo { text += "\(userInfo)@" }
        text += hostAndPort.description
        text += path
        if let query { text += "?\(query)" }
        if let fragment { text += "#\(fragment)" }
        return text
    }

    /// The same URL with another fragment, or with none. Characters that are not allowed in a fragment are
    /// percent-encoded.
    public func withFragment(_ fragment: String?) -> HTTPURL {
        var url = self
        url.fragment = fragment.map { PercentEncoding.completed($0.utf8.span, keeping: .uriQuery) }
        return url
    }

    /// The same URL with another query, or with none. Characters that are not allowed in a query are percent-encoded.
    public func withQuery(_ query: String?) -> HTTPURL {
        var url = self
        url.query = query.map { PercentEncoding.completed($0.utf8.span, keeping: .uriQuery) }
        return url
    }

    /// The same URL without user name and password.
    public var withoutUserInfo: HTTPURL {
        var url = self
        url.userInfo = nil
        return url
    }
}
