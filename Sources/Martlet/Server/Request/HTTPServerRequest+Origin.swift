import HTTPTypes
import HTTPWire

extension HTTPServerRequest {
    /// Whether `isAllowed` accepts the web page that sent the request.
    ///
    /// Browsers send the requests of any page to any server, with that server's cookies. `Origin` names the page's
    /// origin (RFC 6454 section 7). A request without the field is accepted: browsers send it with WebSockets and with
    /// all methods but GET and HEAD. One with several of them, which no browser sends, is not.
    ///
    /// - Parameter isAllowed: Is given the value of `Origin`.
    public func hasAllowedOrigin(_ isAllowed: (_ origin: String) -> Bool) -> Bool {
        let origins = headers[values: .origin]
        guard let origin = origins.first else { return true }
        return origins.count == 1 && isAllowed(origin)
    }

    /// Whether an origin, as `Origin` gives it, has the host and port that the request is for.
    ///
    /// Schemes are not compared, since a proxy may have undone TLS: without a port, or with that of its own scheme, an
    /// origin belongs to a request without a port or with that of either scheme. Case and a dot at the end of a name
    /// make no difference. What proxies say about the request counts only from
    /// ``HTTPServer/Configuration/trustedProxies``.
    public func isOwnOrigin(_ origin: String) -> Bool {
        guard let page = HTTPURL(origin), let own = HTTPURL(requestedURL),
            page.scheme == "http" || page.scheme == "https"
        else { return false }
        return HostName.normalized(page.host) == HostName.normalized(own.host)
            && (page.port == own.port || page.effectivePort == own.port)
    }
}
