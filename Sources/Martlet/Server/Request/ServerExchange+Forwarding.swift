import HTTPWire

/// What trusted proxies say about a request counts as if the client had said it to this server itself.
extension ServerExchange {
    /// What proxies of the configuration's `trustedProxies` say; nothing where the peer is none of them.
    var forwarded: ForwardedRequest {
        let trusted = settings.configuration.trustedProxies
        // The fields are not even made into values where nobody is trusted.
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
