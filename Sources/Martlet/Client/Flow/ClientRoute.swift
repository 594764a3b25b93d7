import HTTPWire

/// The way from the client to a server.
struct ClientRoute: Sendable {
    /// The proxy that it leads through, if any.
    var proxy: PoolKey.Proxy?

    static let direct = ClientRoute()

    /// Whether a request names the whole URL, since the proxy forwards it (RFC 9112 section 3.2.2).
    var usesAbsoluteForm: Bool { proxy.map { !$0.isTunnel } ?? false }
}

extension ClientCore {
    /// The ways to try, in order.
    func routes(for url: HTTPURL) async throws -> [ClientRoute] {
        [.direct]
    }

    /// What to tell a proxy that is asked for a tunnel.
    func proxyAuthorization(for proxy: PoolKey.Proxy, target: String) async -> String? {
        nil
    }
}
