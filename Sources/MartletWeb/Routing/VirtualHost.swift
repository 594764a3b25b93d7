import HTTPTypes
import HTTPWire
import Martlet
import Synchronization

/// Answers the requests of several hosts on the same servers, each with a handler of its own.
///
/// ```swift
/// let hosts = VirtualHost()
/// try hosts.addHost("example.com", VirtualDirectory("site"))
/// try hosts.addHost("*.example.com") { request in
///     try await request.response.end("One of many")
/// }
/// try await server.serve(hosts)
/// ```
///
/// The most specific name counts: a full one comes before the longest wildcard, and that before `*`. Names are compared
/// without regard to case; ports make no difference. Several servers can share one virtual host.
public final class VirtualHost: RequestHandler {
    private struct State {
        var hosts: [String: HTTPServer.Handler] = [:]
        /// The checks of handlers that are values.
        var checks: [String: @Sendable () throws -> Void] = [:]
        var unhandled: HTTPServer.Handler?
    }

    private let state = Mutex(State())

    /// A virtual host without hosts.
    public init() {}

    /// Adds a host and the handler of its requests.
    ///
    /// - Parameter handler: The handler of requests for these hosts.
    /// - Parameter name: A host name or an IP address, an IPv6 one in brackets; or `*.` and a name for all hosts below
    ///   it, at any depth, but not itself; or `*` for all.
    /// - Throws: ``VirtualHostError`` for a name that is not valid, or that has a handler already.
    public func addHost(_ name: String, _ handler: @escaping HTTPServer.Handler) throws(VirtualHostError) {
        try add(name, handler, check: nil)
    }

    private func add(
        _ name: String,
        _ handler: @escaping HTTPServer.Handler,
        check: (@Sendable () throws -> Void)?
    ) throws(VirtualHostError) {
        guard let key = HostNames.key(name) else { throw .invalidName(name) }
        let isNew = state.withLock { state in
            guard state.hosts[key] == nil else { return false }
            state.hosts[key] = handler
            state.checks[key] = check
            return true
        }
        guard isNew else { throw .duplicateName(name) }
    }

    /// Adds a host whose requests are answered by a value, such as a directory of files.
    ///
    /// - Parameter handler: The handler of requests for these hosts.
    /// - Parameter name: As in ``addHost(_:_:)``.
    /// - Throws: ``VirtualHostError`` for a name that is not valid, or that has a handler already.
    public func addHost(_ name: String, _ handler: some RequestHandler) throws(VirtualHostError) {
        try add(name, handler.handler, check: { try handler.validate() })
    }

    /// Checks the handlers of all hosts, such as the routes of a ``Router``. Servers do so before they serve.
    ///
    /// - Throws: What is wrong with one of them.
    public func validate() throws {
        for check in state.withLock({ Array($0.checks.values) }) { try check() }
    }

    /// Removes a host.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    public func removeHost(_ name: String) -> Bool {
        HostNames.key(name).map { key in
            state.withLock { state in
                state.checks[key] = nil
                return state.hosts.removeValue(forKey: key) != nil
            }
        } ?? false
    }

    /// The handler of requests for other hosts; nil, the default, answers them 421 Misdirected Request.
    public var unhandled: HTTPServer.Handler? {
        get { state.withLock { $0.unhandled } }
        set { state.withLock { $0.unhandled = newValue } }
    }

    /// Answers one request.
    public func handle(_ request: HTTPServerRequest) async throws {
        let host = request.writtenHost.flatMap { Authority($0) }?.host
        if let handler = host.flatMap(handler(for:)) ?? unhandled {
            return try await handler(request)
        }
        throw HTTPError(HTTPResponse.Status(code: 421, reasonPhrase: "Misdirected Request"))
    }

    /// The handler of the most specific name that matches the host.
    private func handler(for host: String) -> HTTPServer.Handler? {
        state.withLock { state in HostNames.first(for: host) { state.hosts[$0] } }
    }
}

/// Why a name can't be added to a ``VirtualHost``, or to other sets of host names.
public enum VirtualHostError: Error, Sendable, Hashable, CustomStringConvertible {
    /// This is not a host name; a `*` may only be its whole first part.
    case invalidName(String)
    /// This name has a handler already.
    case duplicateName(String)

    /// The fault, as a sentence.
    public var description: String {
        switch self {
        case .invalidName(let name): "Not the name of a host: \(name.debugDescription)"
        case .duplicateName(let name): "This host has been added already: \(name.debugDescription)"
        }
    }
}
