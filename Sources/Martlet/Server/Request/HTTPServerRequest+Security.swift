import HTTPWire

extension HTTPServerRequest {
    /// Whether nobody on the way could read or change the request: it came over TLS, or, where a proxy of the
    /// configuration's `trustedProxies` stands in front and says with what scheme it was asked, over `https`.
    ///
    /// Session cookies are `Secure` where this is true, and ``requestedURL`` is one of https.
    public var isSecure: Bool { exchange.isSecure }
}
