import HTTPTypes
import HTTPWire
import Martlet

/// Answers requests by the routes of a table: with their handlers, or by itself where none matches.
final class RouteDispatcher: Sendable {
    /// A route with everything that its requests need.
    private final class Route: Sendable {
        let pattern: RoutePattern
        let handler: HTTPServer.Handler
        let trailingSlash: Router.TrailingSlash
        /// The match of all requests, if the pattern captures nothing.
        let match: MatchedRoute

        init(_ entry: RouteTable.Entry, trailingSlash: Router.TrailingSlash) {
            pattern = entry.pattern
            handler = entry.registration.handler
            self.trailingSlash = entry.registration.trailingSlash ?? trailingSlash
            match = MatchedRoute(entry.pattern.text)
        }
    }

    /// The decision on a request.
    private enum Decision {
        case handle(Route, MatchedRoute)
        /// Only other methods have routes for the path.
        case refuse(allowed: [HTTPRequest.Method])
        /// A route matches the path with a slash more or less at its end.
        case redirect
        case miss
    }

    private let tree: RouteTree
    private let routes: [Route]

    init(_ table: RouteTable, trailingSlash: Router.TrailingSlash) {
        tree = table.tree
        routes = table.entries.map { Route($0, trailingSlash: trailingSlash) }
    }

    /// The closure that answers requests. It calls the handlers of routes itself, which saves a call for each request.
    ///
    /// - Parameter throwsRefusals: Whether it gets requests that the server itself refuses.
    func handler(throwsRefusals: Bool) -> HTTPServer.Handler {
        // Without a capture list: with one, Swift 6.3 makes it a closure that leaves the event loop.
        { request in
            if throwsRefusals, let refusal = request.refusal { throw refusal }
            let decision = try self.decide(request)
            guard case .handle(let route, let match) = decision else {
                return try await self.answer(request, decision)
            }
            request.matchedRoute = match
            try await route.handler(request.mounted(below: match.mountLength ?? request.mountLength))
        }
    }

    /// Answers a request for which there is no handler.
    private func answer(_ request: HTTPServerRequest, _ decision: Decision) async throws {
        switch decision {
        case .handle: break
        case .refuse(let allowed):
            guard request.method == .options else { throw HTTPError(refusing: request.method, allowed: allowed) }
            try await answerOptions(request, allowed)
        case .redirect:
            try await redirect(request)
        case .miss:
            // The server as a whole (RFC 9110 section 9.3.7).
            guard request.url.form == .asterisk else { throw HTTPError(.notFound) }
            try await answerOptions(request, tree.methods.allowed)
        }
    }

    private func answerOptions(_ request: HTTPServerRequest, _ allowed: [HTTPRequest.Method]) async throws {
        let response = request.response
        response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
        response.headers[.contentType] = nil
        response.status = .noContent
        try await response.end()
    }

    /// Redirects to the path with a slash more or less at its end.
    private func redirect(_ request: HTTPServerRequest) async throws {
        let path = request.url.path
        let other = path.utf8.last == 0x2F ? String(path.dropLast()) : path + "/"
        let query = request.url.query.map { "?\($0)" } ?? ""
        try await request.response.redirect(to: other + query, status: .permanentRedirect)
    }

    // MARK: Deciding

    private func decide(_ request: HTTPServerRequest) throws(PercentEncoding.DecodingError) -> Decision {
        try request.withPathBytes { (path) throws(PercentEncoding.DecodingError) in
            // The targets * and host:port have no path, and only mounted handlers are asked for an empty one.
            guard !path.isEmpty || request.mountLength > 0 else { return .miss }
            return try decide(request, path)
        }
    }

    private func decide(
        _ request: HTTPServerRequest,
        _ path: Span<UInt8>
    ) throws(PercentEncoding.DecodingError) -> Decision {
        if let decision = try routed(request, path) { return decision }
        // Two slashes at the beginning of a Location would be followed by a host.
        guard !(path.count > 1 && path[0] == 0x2F && path[1] == 0x2F) else { return .miss }
        let other = path.withSlashToggled
        guard let endpoint = try tree.endpoints(at: other.span).first else { return .miss }
        switch routes[endpoint.route].trailingSlash {
        case .redirects: return .redirect
        case .strict: return .miss
        case .ignored: return try routed(request, other.span) ?? .miss
        }
    }

    /// The decision by the routes that match the path of a request; nil if there are none.
    private func routed(
        _ request: HTTPServerRequest,
        _ path: Span<UInt8>
    ) throws(PercentEncoding.DecodingError) -> Decision? {
        if let index = try tree.route(for: request.routingMethod, at: path) {
            return .handle(routes[index], try match(request, routes[index], path))
        }
        let endpoints = try tree.endpoints(at: path)
        return endpoints.isEmpty ? nil : .refuse(allowed: endpoints.compactMap(\.method).allowed)
    }

    private func match(
        _ request: HTTPServerRequest,
        _ route: Route,
        _ path: Span<UInt8>
    ) throws(PercentEncoding.DecodingError) -> MatchedRoute {
        let (pattern, mountLength) = (route.pattern, request.mountLength)
        let isMount = pattern.ending == .anything
        guard isMount || !pattern.names.isEmpty || mountLength > 0 else { return route.match }
        return MatchedRoute(
            pattern.text,
            names: pattern.names,
            values: try pattern.values(in: path),
            mountLength: isMount ? mountLength + pattern.length(in: path) : nil,
            outer: mountLength > 0 ? request.matchedRoute?.mount(of: mountLength) : nil
        )
    }
}

extension Span<UInt8> {
    /// The path with a slash more at its end, or with one less.
    fileprivate var withSlashToggled: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 1)
        for index in indices { bytes.append(self[index]) }
        if bytes.last == 0x2F { bytes.removeLast() } else { bytes.append(0x2F) }
        return bytes
    }
}
