import HTTPTypes
import HTTPWire

extension HTTPServerRequest {
    /// The absolute URL that the client asked for, as far as the server can know it.
    ///
    /// Scheme and host come from an absolute request target, from what a proxy in the configuration's `trustedProxies`
    /// says (`Forwarded`, or `X-Forwarded-Proto` and `X-Forwarded-Host`), from the `Host` field, or from the server's
    /// own address, in this order.
    public var requestedURL: String {
        let forwarded = forwarded(by: connectionInfo?.remoteAddress)
        if url.form == .absolute, forwarded.host == nil { return target }
        let scheme = forwarded.scheme ?? (exchange.isSecure ? "https" : "http")
        let authority = forwarded.host ?? writtenHost ?? serverAuthority
        switch url.form {
        case .origin: return "\(scheme)://\(authority)\(target)"
        case .absolute: return "\(scheme)://\(authority)\(url.path)\(url.query.map { "?\($0)" } ?? "")"
        case .authority: return "\(scheme)://\(target)"
        case .asterisk: return "\(scheme)://\(authority)"
        }
    }

    /// The host that the request is for, and the port if there is one, as written: in the target if that names one,
    /// else in `Host` or `:authority` (RFC 9112 section 3.3). Nil if there is none or it is empty.
    package var writtenHost: String? {
        exchange.head.host.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The address of the client: the one that trusted proxies report, else the peer's; nil when neither is known.
    public var remoteAddress: InternetAddress? {
        let peer = connectionInfo?.remoteAddress
        return forwarded(by: peer).client ?? peer
    }

    private func forwarded(by peer: InternetAddress?) -> ForwardedRequest {
        let trusted = exchange.settings.configuration.trustedProxies
        // The fields are not even made into values where nobody is trusted.
        return trusted.isEmpty ? ForwardedRequest() : ForwardedRequest(headers, from: peer, trusting: trusted)
    }

    private var serverAuthority: String {
        let core = exchange.loop.core
        return core.port == 0 || core.port == 80 ? "\(core.address)" : "\(core.address):\(core.port)"
    }
}
