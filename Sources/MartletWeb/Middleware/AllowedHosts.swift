import HTTPTypes
import HTTPWire
import Martlet

/// The hosts that a server answers for, if it is meant only for this machine or its network.
///
/// ```swift
/// let hosts = try AllowedHosts(["falcon.local"])
/// try await server.serve(around: [hosts], handler)
/// ```
///
/// A server on the loopback address can't be reached from other machines, but it can from the pages of other sites: the
/// owner of a name can let it resolve to this machine, and the browser then takes the server for that site's own (DNS
/// rebinding). Such a request can't hide the name in its `Host`.
///
/// IP addresses, `localhost` and the names below it are always allowed, since their meaning can't be changed by others; so
/// is a request of HTTP/1.0 without a host, which browsers don't send. Others are answered 403, and so is a host that is
/// empty, malformed, or written in another form than the one that browsers send: `0x7f.1`, `%6cocalhost`.
public struct AllowedHosts: Middleware {
    private let names: HostNames
    private let allowsAll: Bool
    private let advice: @Sendable (_ host: String) -> String

    /// Allows these hosts, and those that are always allowed.
    ///
    /// - Parameters:
    ///   - names: Host names; `*.` and a name for all hosts below it, or `*` for all.
    ///   - advice: What to do in order to allow a host, as a sentence; the client is told it. By default nothing.
    /// - Throws: ``VirtualHostError/invalidName(_:)``.
    public init(
        _ names: [String] = [],
        advice: @escaping @Sendable (_ host: String) -> String = { _ in "" }
    ) throws(VirtualHostError) {
        self.names = try HostNames(names + ["localhost", "*.localhost"])
        allowsAll = names.contains("*")
        self.advice = advice
    }

    /// Whether requests for a host are answered.
    ///
    /// - Parameter host: A name, or an IP address without brackets.
    public func contains(_ host: String) -> Bool {
        InternetAddress(host).kind != .name || names.contains(host)
    }

    /// The handler, with the check before it.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        if allowsAll { return handler }
        return { request in
            try check(request)
            try await handler(request)
        }
    }

    private func check(_ request: HTTPServerRequest) throws(HTTPError) {
        guard let text = request.writtenHost, let host = Self.host(writtenAs: text) else {
            // Refused requests have their answer already, and may have no readable host.
            if request.refusal != nil || request.isWithoutHost { return }
            throw HTTPError(.forbidden, "This server does not answer for the host that the request names.")
        }
        guard !contains(host) else { return }
        let advice = advice(host)
        throw HTTPError(
            .forbidden,
            "This server does not answer for the host \(host).\(advice.isEmpty ? "" : " \(advice)")"
        )
    }

    /// The host in `Host` or in a target; nil if there is none, or it is not in its normal form.
    private static func host(writtenAs text: String) -> String? {
        guard let authority = Authority(text), authority.isIPLiteral || text.lowercased().hasPrefix(authority.host)
        else {
            return nil
        }
        return authority.host
    }
}

extension HTTPServerRequest {
    /// Whether it is an HTTP/1.0 request that names no host, not even an empty one.
    fileprivate var isWithoutHost: Bool {
        version == .http1_0 && url.form != .absolute && headers[.hostField] == nil
    }
}
