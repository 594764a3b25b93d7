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
/// A server on the loopback address is out of reach for other machines, but not for the pages of other sites: the owner of
/// a name can let it lead to this machine, and the browser takes the server for that site's own then (DNS rebinding). Such
/// a request can't hide the name in its `Host`.
///
/// IP addresses, `localhost` and the names below it are always allowed, since their meaning can't be changed by others; so
/// is a request of HTTP/1.0 without a host, which browsers don't send. Others are answered 403.
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
