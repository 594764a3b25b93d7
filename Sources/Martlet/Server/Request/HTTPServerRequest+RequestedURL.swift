import HTTPTypes
import HTTPWire

extension HTTPServerRequest {
    /// The absolute URL that the client asked for, as far as the server can know it.
    ///
    /// Scheme and host come from an absolute request target, from what a proxy in the configuration's `trustedProxies`
    /// says (`Forwarded`, or `X-Forwarded-Proto` and `X-Forwarded-Host`), from the `Host` field, or from the server's
    /// own address, in this order.
    public var requestedURL: String {
        let forwarded = exchange.forwarded
        if url.form == .absolute, forwarded.host == nil { return target }
        let scheme = exchange.isSecure(forwarded) ? "https" : "http"
        let authority = forwarded.host ?? writtenHost ?? exchange.loop.core.authority(of: scheme)
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
        exchange.forwarded.client ?? connectionInfo?.remoteAddress
    }
}
