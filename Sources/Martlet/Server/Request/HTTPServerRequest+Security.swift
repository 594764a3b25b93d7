import HTTPWire

extension HTTPServerRequest {
    /// Whether nobody on the way could read or change the request: it came over TLS, or, where a proxy of the
    /// configuration's `trustedProxies` stands in front and says with what scheme it was asked, over `https`.
    public var isSecure: Bool {
        let trusted = exchange.settings.configuration.trustedProxies
        guard !trusted.isEmpty else { return tlsVersion != nil }
        let forwarded = ForwardedRequest(headers, from: connectionInfo?.remoteAddress, trusting: trusted)
        return forwarded.scheme.map { $0 == "https" } ?? (tlsVersion != nil)
    }
}
