import HTTPTypes
import HTTPWire
import Martlet

extension Router {
    /// A route, as ``Router/routes`` lists them.
    public struct Route: Sendable, Hashable {
        /// The method; nil for any.
        public let method: HTTPRequest.Method?
        /// The pattern, with the prefix of its group.
        public let pattern: String
        /// Whether a handler is mounted there, which gets all that is at and below the path.
        public let isMount: Bool

        /// The text in the place of the method.
        var methodText: String { isMount ? "MOUNT" : method?.rawValue ?? "ANY" }

        /// The same below a path where the router is mounted.
        func mounted(at prefix: String) -> Route {
            let pattern = prefix == "/" ? self.pattern : prefix + self.pattern
            return Route(method: method, pattern: pattern, isMount: isMount)
        }
    }

    /// The treatment of a path that matches a route only with a slash at its end, or only without it.
    public enum TrailingSlash: Sendable, Hashable {
        /// The answer is 308 (Permanent Redirect) to the path of the route, with the same query.
        case redirects
        /// The paths are different; the answer is 404.
        case strict
        /// The paths are the same.
        case ignored
    }

    /// A route as it was added.
    struct Registration: Sendable {
        let route: Route
        let fileID: String
        let line: Int
        /// How many values the handler takes; nil for a handler that takes none, whatever the pattern captures.
        let typeCount: Int?
        /// Makes the handler, when serving begins.
        private let makeHandler: @Sendable () -> HTTPServer.Handler
        /// Throws what is wrong with the handler.
        let validate: @Sendable () throws -> Void
        /// The routes of a router that is mounted.
        let mountedRoutes: [Route]
        /// The middleware of its groups.
        var middleware: [any Middleware] = []
        /// The setting of its groups; nil for that of the router.
        var trailingSlash: TrailingSlash?

        init(
            at route: Route,
            typeCount: Int? = nil,
            fileID: String,
            line: Int,
            makeHandler: @escaping @Sendable () -> HTTPServer.Handler,
            validate: @escaping @Sendable () throws -> Void = {},
            mountedRoutes: [Route] = []
        ) {
            self.route = route
            self.fileID = fileID
            self.line = line
            self.typeCount = typeCount
            self.makeHandler = makeHandler
            self.validate = validate
            self.mountedRoutes = mountedRoutes
        }

        /// A route whose requests are answered by a value.
        init(_ handler: some RequestHandler, at route: Route, routes: [Route] = [], fileID: String, line: Int) {
            self.init(
                at: route,
                fileID: fileID,
                line: line,
                makeHandler: { handler.handler },
                validate: { try handler.validate() },
                mountedRoutes: routes
            )
        }

        var place: RouterError.Place { RouterError.Place(route: route, fileID: fileID, line: line) }

        var handler: HTTPServer.Handler { middleware.wrapping(makeHandler()) }
    }
}

extension HTTPRequest.Method {
    /// The methods in the order in which they are listed; others follow by their names.
    private static let order: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    private var rank: Int { Self.order.firstIndex(of: self) ?? Self.order.count }

    /// Whether the method is listed before another one.
    func precedes(_ other: Self) -> Bool {
        (rank, rawValue) < (other.rank, other.rawValue)
    }

    /// Whether all requests with this method match a route with the other one too.
    func isWithin(_ other: Self) -> Bool {
        self == other || self == .head && other == .get
    }
}

extension [HTTPRequest.Method] {
    /// The methods of `Allow` where there are routes for these: HEAD is answered by the routes for GET, and OPTIONS by
    /// the router.
    var allowed: [HTTPRequest.Method] {
        var methods = Set(self)
        if methods.contains(.get) { methods.insert(.head) }
        methods.insert(.options)
        return methods.sorted { $0.precedes($1) }
    }
}
