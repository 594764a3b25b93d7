import HTTPTypes
import HTTPWire
import Martlet

/// The hosts that a server answers for, where it is for this machine or its network only.
///
/// ```swift
/// let hosts = try AllowedHosts(["falcon.local"])
/// try await server.serve(hosts.wrapping(handler))
/// ```
///
/// That a server listens on the loopback address keeps other machines out, but not the pages of other sites: whoever owns
/// a name can let it lead to this machine, and to the browser the server is then that site's own (DNS rebinding). What such
/// a request can't hide is the name in its `Host`.
///
/// IP addresses, `localhost` and the names below it are always allowed, since nobody can let those lead elsewhere; so is a
/// request of HTTP/1.0 without a host, which browsers don't send. Others are answered 403.
public struct AllowedHosts: Sendable {
    private let names: HostNames

    /// These hosts, and those that are always allowed.
    ///
    /// - Parameter names: Host names; `*.` and a name for all hosts below it, or `*` for all.
    /// - Throws: ``VirtualHostError/invalidName(_:)``.
    public init(_ names: [String] = []) throws(VirtualHostError) {
        self.names = try HostNames(names + ["localhost", "*.localhost"])
    }

    /// Whether requests for a host are answered.
    ///
    /// - Parameter host: A name, or an IP address without brackets.
    public func contains(_ host: String) -> Bool {
        InternetAddress(host).kind != .name || names.contains(host)
    }

    /// The handler, with the check before it.
    ///
    /// - Parameter advice: What to do in order to allow a host, as a sentence; the client is told it. By default nothing.
    public func wrapping(
        _ handler: @escaping HTTPServer.Handler,
        advice: @escaping @Sendable (_ host: String) -> String = { _ in "" }
    ) -> HTTPServer.Handler {
        { request in
            if let host = (request.url.authority ?? request.headers.host)?.host, !contains(host) {
                let advice = advice(host)
                throw HTTPError(
                    .forbidden,
                    "This server does not answer for the host \(host).\(advice.isEmpty ? "" : " \(advice)")"
                )
            }
            try await handler(request)
        }
    }
}
