import HTTPTypes
import HTTPWire
import Martlet

/// Answers requests with the handlers of the routes that match their methods and paths.
///
/// ```swift
/// var router = Router()
/// router.use(RequestLog(.combined), ErrorPages())
/// router.get("/") { request in
///     try await request.response.end("Hello, world!")
/// }
/// router.get("/notes/{id}", Int.self) { request, id in          // 404 where id is not an Int
///     try await request.response.end(json: try await notes.note(id))
/// }
/// router.group("/admin", use: login) { admin in
///     admin.delete("/notes/{id}", Int.self, to: deleteNote)
/// }
/// router.mount("/static", VirtualDirectory("site"))
/// try await server.serve(router)
/// ```
///
/// ## Patterns
///
/// A pattern is a path. `{name}` in place of a segment captures any that is not empty, and `{name...}` at the end all
/// that follows, which may be empty. Segments are compared as bytes, each percent-decoded for itself: `%2F` within one
/// is not a slash. Nothing else is changed or resolved: two slashes in a row are not one, and `..` is a segment like any
/// other. A pattern matches a path with a slash at its end only if it has one too; ``trailingSlash`` says what happens
/// otherwise.
///
/// The most specific pattern counts, whatever the order in which routes are added: literal segments come before
/// captures, and those before the rest; one method comes before any. If two routes match some of the same requests and
/// neither is more specific, that is an error, as are patterns that can't be parsed. ``validate()`` finds them all;
/// servers call it before they serve.
///
/// ## What it answers by itself
///
/// - 404 if no route matches the path.
/// - 405 with `Allow` if only routes with other methods match it; 501 if the method is not known at all.
/// - `HEAD` with the handler for `GET`, whose content the server leaves out.
/// - `OPTIONS` with 204 and `Allow`, unless a route for it matches.
/// - 400 if what is captured is not UTF-8.
///
/// A WebSocket is a `GET`, over HTTP/2 too.
public struct Router: RequestHandler, CustomStringConvertible {
    private(set) var registrations: [Registration] = []
    private var middleware: [any Middleware] = []
    private var ownTrailingSlash: TrailingSlash?
    /// The prefix of the patterns that are added: those of groups.
    private var prefix = ""
    private var composition = RouterComposition()

    /// A router without routes.
    public init() {}

    /// The treatment of requests whose path matches a route only with a slash more or less at its end. By default they
    /// are redirected; a group has the setting of the router that it is in.
    public var trailingSlash: TrailingSlash {
        get { ownTrailingSlash ?? .redirects }
        set {
            ownTrailingSlash = newValue
            composition = RouterComposition()
        }
    }

    /// Adds middleware around everything that the router answers, its own 404 and 405 included. The first one is
    /// outermost; it makes no difference whether routes are added before or after.
    ///
    /// If the router is all that a server serves, it also wraps what the server itself refuses, as with
    /// `HTTPServer.serve(on:around:_:)`. In a group it is around the routes of the group, and nothing else.
    public mutating func use(_ middleware: any Middleware...) {
        self.middleware += middleware
        composition = RouterComposition()
    }

    /// Adds routes whose patterns have a common prefix.
    ///
    /// - Parameters:
    ///   - prefix: What precedes the patterns, such as `/admin`; it may have captures. In the group, the empty pattern
    ///     is the prefix itself.
    ///   - middleware: Goes around the handlers of the group, inside that of the router; the first one is outermost. It
    ///     does not see requests that match no route.
    ///   - add: Adds the routes.
    public mutating func group(
        _ prefix: String,
        use middleware: any Middleware...,
        routes add: (_ group: inout Router) throws -> Void
    ) rethrows {
        var group = Router()
        group.prefix = joined(prefix == "/" ? "" : prefix)
        group.middleware = middleware
        try add(&group)
        for registration in group.registrations {
            var registration = registration
            registration.middleware = group.middleware + registration.middleware
            registration.trailingSlash = registration.trailingSlash ?? group.ownTrailingSlash
            self.add(registration)
        }
    }

    /// Mounts a handler, which gets all requests for a path and everything below it that no more specific route
    /// matches: a directory of files, another router.
    ///
    /// The request is as the client sent it. `HTTPServerRequest.pathBelowMount` is the part of the path that is left
    /// for the handler; a ``VirtualDirectory`` and a router go by that.
    ///
    /// - Parameters:
    ///   - fileID: The place in the source, for messages about the route.
    ///   - line: The line of the same.
    ///   - prefix: A pattern, such as `/static`, which may have captures; a slash at its end makes no difference.
    ///   - handler: Answers the requests. What is wrong with a router counts as what is wrong with this one.
    public mutating func mount(
        _ prefix: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        let pattern = joined(prefix)
        let hasSlash = pattern != "/" && pattern.hasSuffix("/") && !pattern.hasSuffix("//")
        let route = Route(method: nil, pattern: hasSlash ? String(pattern.dropLast()) : pattern, isMount: true)
        let mounted = (handler as? Router)?.routes.map { $0.mounted(at: route.pattern) } ?? []
        add(Registration(handler, at: route, routes: mounted, fileID: fileID, line: line))
    }

    mutating func add(_ registration: Registration) {
        registrations.append(registration)
        composition = RouterComposition()
    }

    /// A pattern with the prefix of the group. One that lacks its slash stays as it is, and is found to be invalid.
    func joined(_ pattern: String) -> String {
        pattern.isEmpty || pattern.utf8.first == 0x2F ? prefix + pattern : pattern
    }

    /// All routes, also those of routers that are mounted, sorted by their patterns and then by their methods.
    public var routes: [Route] {
        registrations
            .flatMap { $0.mountedRoutes.isEmpty ? [$0.route] : $0.mountedRoutes }
            .sorted { first, second in
                guard first.pattern == second.pattern else { return first.pattern < second.pattern }
                guard let method = first.method else { return false }
                return second.method.map(method.precedes) ?? true
            }
    }

    /// A table of all routes: a line for each, with its method and pattern.
    public var description: String {
        let routes = routes
        let width = routes.map(\.methodText.count).max() ?? 0
        return routes.map { route in
            let padding = String(repeating: " ", count: width - route.methodText.count)
            return "\(route.methodText)\(padding) \(route.pattern)"
        }.joined(separator: "\n")
    }

    // MARK: Handling

    /// Checks all routes, and those of routers that are mounted. Servers do so before they serve.
    ///
    /// - Throws: ``RouterError`` with everything that is wrong.
    public func validate() throws {
        let faults = RouteTable(registrations).faults
        guard faults.isEmpty else { throw RouterError(faults: faults) }
    }

    /// Answers one request.
    public func handle(_ request: HTTPServerRequest) async throws {
        try await handler(request)
    }

    /// The closure that answers requests, with all routes and middleware put together. If something is wrong with the
    /// routes, it throws that for each request.
    public var handler: HTTPServer.Handler { composition.handler(compose) }

    /// Whether there is middleware, which also gets the requests that the server itself refuses.
    public var handlesRefusals: Bool { !middleware.isEmpty }

    private func compose() -> HTTPServer.Handler {
        let table = RouteTable(registrations)
        guard table.faults.isEmpty else {
            let error = RouterError(faults: table.faults)
            return middleware.wrapping { _ in throw error }
        }
        let dispatcher = RouteDispatcher(table, trailingSlash: trailingSlash)
        return middleware.wrapping(dispatcher.handler(throwsRefusals: handlesRefusals))
    }
}
