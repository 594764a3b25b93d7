import HTTPWire

/// Takes into account what trusted proxies say about a request.
extension ServerExchange {
    /// What proxies of the configuration's `trustedProxies` say; nothing if the peer is not one of them.
    var forwarded: ForwardedRequest {
        let trusted = settings.configuration.trustedProxies
        // Without trusted proxies the fields need not even be parsed.
        return trusted.isEmpty
            ? ForwardedRequest()
            : ForwardedRequest(headers, from: connection.info?.remoteAddress, trusting: trusted)
    }

    /// Whether the client has sent the request over https: to a trusted proxy that says so, or else to this server.
    var isSecure: Bool { isSecure(forwarded) }

    func isSecure(_ forwarded: ForwardedRequest) -> Bool {
        forwarded.scheme.map { $0 == "https" } ?? (loop.core.security != nil)
    }
}
