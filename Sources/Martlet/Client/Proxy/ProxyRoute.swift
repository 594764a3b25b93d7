import HTTPWire

/// A way to reach a server: directly, or through a proxy (RFC 9110 section 3.7).
public enum ProxyRoute: Sendable, Hashable {
    /// Directly to the server.
    case direct
    /// Through the HTTP proxy at this host and port: requests for `http` in absolute form, others through a tunnel
    /// opened with CONNECT. The credentials, if any, are sent to the proxy without waiting for a challenge. An IPv6
    /// address has no brackets.
    case http(host: String, port: Int, credentials: HTTPCredentials?)
}

extension ProxyRoute: CustomStringConvertible {
    /// The route in the form of a PAC script, without the credentials: `PROXY proxy:3128`, `DIRECT`.
    public var description: String {
        switch self {
        case .direct: "DIRECT"
        case .http(let host, let port, _):
            host.utf8.contains(0x3A) ? "PROXY [\(host)]:\(port)" : "PROXY \(host):\(port)"
        }
    }
}

extension ProxyRoute {
    /// The default port of an HTTP proxy: 80, the port of `http`.
    ///
    /// Dart and curl use 1080, which is the port of SOCKS.
    public static var defaultPort: Int { 80 }

    /// Reads the setting of a proxy: a URL whose `http://` may be omitted, or an empty string for no proxy.
    ///
    /// - Returns: `nil` if it is not the URL of a proxy.
    /// - Throws: `ProxyError.unsupportedKind` if it has another scheme than `http`.
    package init?(setting value: String) throws(ProxyError) {
        let text = value.filter { !$0.isWhitespace }
        if text.isEmpty {
            self = .direct
            return
        }
        guard let url = HTTPURL(HTTPURL.namesScheme(text) ? text : "http://\(text)") else { return nil }
        guard url.scheme == "http" else { throw .unsupportedKind(url.scheme) }
        self.init(proxy: url)
    }

    /// Reads `host` or `host:port`, optionally preceded by `user:password@`.
    ///
    /// User name and password may be percent-encoded. The last `@` counts, since passwords often have an unencoded one.
    init?(address: some StringProtocol) {
        guard let url = HTTPURL("http://\(address)"), url.path.isEmpty || url.path == "/", url.query == nil,
            url.fragment == nil, !address.contains(where: \.isWhitespace)
        else { return nil }
        self.init(proxy: url)
    }

    /// Creates the route to the proxy at a URL; path, query and fragment are ignored.
    init?(proxy url: HTTPURL) {
        guard url.effectivePort > 0 else { return nil }
        let credentials = url.username.map {
            HTTPCredentials.basic(username: $0, password: url.password ?? "")
        }
        self = .http(host: url.host, port: url.effectivePort, credentials: credentials)
    }
}
