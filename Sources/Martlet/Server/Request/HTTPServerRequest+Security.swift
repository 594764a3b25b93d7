import HTTPWire

extension HTTPServerRequest {
    /// Whether the request came over TLS or, if a proxy of the configuration's `trustedProxies` forwarded it and says
    /// with which scheme it was asked, over `https`.
    ///
    /// Session cookies are `Secure` where this is true, and ``requestedURL`` is one of https.
    public var isSecure: Bool { exchange.isSecure }
}
