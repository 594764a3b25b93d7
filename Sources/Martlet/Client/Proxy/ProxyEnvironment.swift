import HTTPWire

/// The proxies that environment variables name, in the way of curl and most others.
///
///     let environment = try ProxyEnvironment(["https_proxy": "http://user:pw@proxy:3128", "no_proxy": ".local"])
///     environment.routes(for: url)
///
/// - `http_proxy` is for `http` and `ws`, `https_proxy` for `https` and `wss`, `all_proxy` for what has none of its own.
/// - Lower case goes before upper case. `HTTP_PROXY` is not read where `REQUEST_METHOD` is set: in a CGI program it is the
///   request's field `Proxy`, and anybody's to choose ("httpoxy").
/// - The value is a URL; `http://` may be left out. The port is 80 unless given, where Dart and curl take 1080. User name
///   and password may be percent-encoded. Path, query and fragment are ignored.
/// - An empty value means no proxy, and goes before `all_proxy`.
/// - `no_proxy` names the hosts that are reached straight: see ``ProxyExceptions``.
public struct ProxyEnvironment: Sendable, Hashable {
    private let http: ProxyRoute?
    private let https: ProxyRoute?
    private let exceptions: ProxyExceptions

    /// Reads the variables.
    ///
    /// - Throws: `ProxyError.invalidVariable` if a value is not the URL of an HTTP proxy, `ProxyError.unsupportedKind` if
    ///   it has another scheme, such as `socks5`. Nothing is ignored, for what was meant to go through a proxy could go
    ///   straight then.
    public init(_ environment: [String: String]) throws(ProxyError) {
        let isCGI = environment["REQUEST_METHOD"] != nil
        let all = try Self.setting("all_proxy", "ALL_PROXY", in: environment)
        let http = try Self.setting("http_proxy", isCGI ? nil : "HTTP_PROXY", in: environment) ?? all
        let https = try Self.setting("https_proxy", "HTTPS_PROXY", in: environment) ?? all
        self.http = http?.route
        self.https = https?.route
        exceptions = ProxyExceptions(environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
    }

    /// The routes to `url`: one, straight or through a proxy.
    public func routes(for url: HTTPURL) -> [ProxyRoute] {
        let route: ProxyRoute? =
            switch url.scheme {
            case "http", "ws": http
            case "https", "wss": https
            default: nil
            }
        guard let route, !exceptions.contains(url) else { return [.direct] }
        return [route]
    }

    /// What one variable says: nothing at all, or a proxy, or none.
    private struct Setting {
        let route: ProxyRoute?
    }

    private static func setting(
        _ name: String,
        _ otherName: String?,
        in environment: [String: String]
    ) throws(ProxyError) -> Setting? {
        for name in [name, otherName ?? name] {
            guard let value = environment[name] else { continue }
            let text = value.filter { !$0.isWhitespace }
            if text.isEmpty { return Setting(route: nil) }
            guard let url = HTTPURL(text.contains("://") ? text : "http://\(text)") else {
                throw .invalidVariable(name)
            }
            guard url.scheme == "http" else { throw .unsupportedKind(url.scheme) }
            guard let route = ProxyRoute(proxy: url) else { throw .invalidVariable(name) }
            return Setting(route: route)
        }
        return nil
    }
}
