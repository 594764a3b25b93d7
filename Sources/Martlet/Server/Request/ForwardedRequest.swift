import HTTPTypes
import HTTPWire

/// The trusted proxies' account of the request that they forwarded: the client's address, and the scheme and host that
/// it asked for.
struct ForwardedRequest {
    private(set) var client: InternetAddress?
    private(set) var scheme: String?
    private(set) var host: String?

    /// Without statements, or without trusted proxies.
    init() {}

    /// Follows the chain of proxies from `peer` towards the client, as far as the proxies are trusted.
    ///
    /// Each proxy names its peer. The first that is not a trusted proxy itself is the client; anyone could have written
    /// what comes before that.
    init(_ fields: HTTPFields, from peer: InternetAddress?, trusting trusted: [AddressRange]) {
        func isTrusted(_ address: InternetAddress?) -> Bool {
            address.map { address in trusted.contains { $0.contains(address) } } ?? false
        }
        guard isTrusted(peer) else { return }
        let hops: [Hop]
        if fields[.forwarded] != nil {
            hops = (fields.forwarded ?? []).map {
                Hop(client: $0.client?.name, scheme: Self.webScheme($0.scheme), host: $0.host?.description)
            }
        } else {
            hops = Self.hops(of: fields)
        }
        for hop in hops.reversed() {
            client = hop.client.map { InternetAddress($0) }
            scheme = hop.scheme ?? scheme
            host = hop.host ?? host
            guard isTrusted(client) else { break }
        }
        if client?.kind == .name {
            // "unknown", or a made-up name with which the proxy hides the client (RFC 7239 section 6).
            client = nil
        }
    }

    private struct Hop {
        var client: String?
        var scheme: String?
        var host: String?
    }

    /// The scheme, if requests can have it.
    private static func webScheme(_ scheme: String?) -> String? {
        scheme == "http" || scheme == "https" ? scheme : nil
    }

    /// The hops of the three older fields, of which proxies often set only some.
    private static func hops(of fields: HTTPFields) -> [Hop] {
        let clients = fields.xForwardedFor ?? []
        let schemes = fields.xForwardedProto
        let hosts = fields.xForwardedHost ?? []
        let count = max(clients.count, schemes.count, hosts.count)
        return (0..<count).map { index in
            let fromEnd = count - index
            return Hop(
                client: clients.element(fromEnd: fromEnd)?.name,
                scheme: webScheme(schemes.element(fromEnd: fromEnd)),
                host: hosts.element(fromEnd: fromEnd)?.description
            )
        }
    }
}

extension Array {
    fileprivate func element(fromEnd offset: Int) -> Element? {
        offset <= count ? self[count - offset] : nil
    }
}

/// Takes into account what trusted proxies say about a request.
extension ServerExchange {
    /// The account of proxies of the configuration's `trustedProxies`; nothing if the peer is not one of them.
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
