import CLibrary
import HTTPTypes
import HTTPWire

/// The way from the client to a server.
struct ClientRoute: Sendable {
    /// The proxy that it leads through, if any.
    var proxy: PoolKey.Proxy?

    static let direct = ClientRoute()

    /// Whether a request names the whole URL, since the proxy forwards it (RFC 9112 section 3.2.2).
    var usesAbsoluteForm: Bool { proxy.map { !$0.isTunnel } ?? false }
}

extension PoolKey.Proxy {
    /// The URL under which the credentials for the proxy are kept.
    var url: HTTPURL? { HTTPURL(host: host, port: port) }
}

extension ClientCore {
    /// The routes to try, in order.
    func routes(for url: HTTPURL, tunnels: Bool = false) async throws -> [ClientRoute] {
        let found: [ProxyRoute]
        do {
            if let findProxy = configuration.findProxy {
                found = try await findProxy(url).routes
            } else {
                found = try environmentProxies.routes(for: url)
            }
        } catch let error as ProxyError {
            throw HTTPClientError.invalidProxyConfiguration("\(error)")
        }
        return found.map { route in
            switch route {
            case .direct:
                return .direct
            case .http(let host, let port, let credentials):
                let isTunnel = tunnels || url.origin.isSecure || configuration.tunnelsHTTP
                let proxy = PoolKey.Proxy(host: host, port: port, isTunnel: isTunnel)
                if let credentials, let url = proxy.url {
                    authentication.add(credentials, for: ProtectionSpace(url.origin))
                }
                return ClientRoute(proxy: proxy)
            }
        }
    }

    /// The environment variables that name proxies.
    static func proxyVariables() -> [String: String] {
        let names = [
            "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
            "REQUEST_METHOD",
        ]
        var variables: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return variables
    }

    /// Whether none of the variables names a proxy.
    static func namesNoProxy(_ variables: [String: String]) -> Bool {
        let others: Set<String> = ["no_proxy", "NO_PROXY", "REQUEST_METHOD"]
        return others.isSuperset(of: variables.keys)
    }
}
