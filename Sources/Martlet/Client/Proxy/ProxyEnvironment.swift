import HTTPWire

/// The proxies that environment variables specify, in the way of curl and most other programs.
///
///     let environment = ProxyEnvironment(["https_proxy": "http://user:pw@proxy:3128", "no_proxy": ".local"])
///     try environment.routes(for: url)
///
/// - `http_proxy` is for `http` and `ws`, `https_proxy` for `https` and `wss`, `all_proxy` for those without a variable
///   of their own.
/// - Lower case takes precedence over upper case. `HTTP_PROXY` is ignored if `REQUEST_METHOD` is set: in a CGI program
///   it holds the request's field `Proxy`, which any client can choose ("httpoxy").
/// - The value is a URL; `http://` may be omitted. The port is 80 by default, whereas Dart and curl use 1080. User name
///   and password may be percent-encoded. Path, query and fragment are ignored.
/// - An empty value means no proxy, and takes precedence over `all_proxy`.
/// - `no_proxy` lists the hosts that are reached directly: see ``ProxyExceptions``.
///
/// A value is checked when a request needs it: an `all_proxy` of `socks5://…` does not affect requests to which
/// `http_proxy` or `no_proxy` applies.
public struct ProxyEnvironment: Sendable, Hashable {
    /// The setting for one kind of URL: a route, or an error.
    private typealias Setting = Result<ProxyRoute, ProxyError>

    private let http: Setting
    private let https: Setting
    private let exceptions: ProxyExceptions

    /// Reads the variables from `environment`; ``routes(for:)`` reports errors in them.
    public init(_ environment: [String: String]) {
        let isCGI = environment["REQUEST_METHOD"] != nil
        let all = Self.setting("all_proxy", "ALL_PROXY", in: environment) ?? .success(.direct)
        http = Self.setting("http_proxy", isCGI ? nil : "HTTP_PROXY", in: environment) ?? all
        https = Self.setting("https_proxy", "HTTPS_PROXY", in: environment) ?? all
        exceptions = ProxyExceptions(environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
    }

    /// The routes to `url`: one, direct or through a proxy.
    ///
    /// - Throws: `ProxyError.invalidVariable` if the variable that applies is not the URL of an HTTP proxy,
    ///   `ProxyError.unsupportedKind` if it has another scheme, such as `socks5`: requests that should use a proxy
    ///   never go directly.
    public func routes(for url: HTTPURL) throws(ProxyError) -> [ProxyRoute] {
        let setting: Setting =
            switch url.scheme {
            case "http", "ws": http
            case "https", "wss": https
            default: .success(.direct)
            }
        if setting == .success(.direct) || exceptions.contains(url) { return [.direct] }
        return [try setting.get()]
    }

    private static func setting(
        _ name: String,
        _ otherName: String?,
        in environment: [String: String]
    ) -> Setting? {
        for name in [name, otherName ?? name] {
            guard let value = environment[name] else { continue }
            do throws(ProxyError) {
                guard let route = try ProxyRoute(setting: value) else { return .failure(.invalidVariable(name)) }
                return .success(route)
            } catch {
                return .failure(error)
            }
        }
        return nil
    }
}
