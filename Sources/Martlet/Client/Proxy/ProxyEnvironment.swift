import HTTPWire

/// The proxies that environment variables name, in the way of curl and most others.
///
///     let environment = ProxyEnvironment(["https_proxy": "http://user:pw@proxy:3128", "no_proxy": ".local"])
///     try environment.routes(for: url)
///
/// - `http_proxy` is for `http` and `ws`, `https_proxy` for `https` and `wss`, `all_proxy` for what has none of its own.
/// - Lower case goes before upper case. `HTTP_PROXY` is not read where `REQUEST_METHOD` is set: in a CGI program it is the
///   request's field `Proxy`, and anybody's to choose ("httpoxy").
/// - The value is a URL; `http://` may be left out. The port is 80 unless given, where Dart and curl take 1080. User name
///   and password may be percent-encoded. Path, query and fragment are ignored.
/// - An empty value means no proxy, and goes before `all_proxy`.
/// - `no_proxy` names the hosts that are reached straight: see ``ProxyExceptions``.
///
/// A value is judged when a request needs it: an `all_proxy` of `socks5://…` harms no request that `http_proxy` or
/// `no_proxy` decides about.
public struct ProxyEnvironment: Sendable, Hashable {
    /// What the variables say about one kind of URL: a route, or why there is none.
    private typealias Setting = Result<ProxyRoute, ProxyError>

    private let http: Setting
    private let https: Setting
    private let exceptions: ProxyExceptions

    /// Takes the variables from `environment`; what they say is judged by ``routes(for:)``.
    public init(_ environment: [String: String]) {
        let isCGI = environment["REQUEST_METHOD"] != nil
        let all = Self.setting("all_proxy", "ALL_PROXY", in: environment) ?? .success(.direct)
        http = Self.setting("http_proxy", isCGI ? nil : "HTTP_PROXY", in: environment) ?? all
        https = Self.setting("https_proxy", "HTTPS_PROXY", in: environment) ?? all
        exceptions = ProxyExceptions(environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
    }

    /// The routes to `url`: one, straight or through a proxy.
    ///
    /// - Throws: `ProxyError.invalidVariable` if the variable that decides is not the URL of an HTTP proxy,
    ///   `ProxyError.unsupportedKind` if it has another scheme, such as `socks5`: what was meant to go through a proxy never
    ///   goes straight.
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
