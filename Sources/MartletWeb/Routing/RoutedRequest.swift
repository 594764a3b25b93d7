import Martlet

/// The route that a router has found for a request.
extension HTTPServerRequest {
    /// The pattern of the route that matches the request, such as `/notes/{id}`, with the prefixes of its group and of
    /// the paths at which routers are mounted; nil before a router has chosen one. For logs and metrics, where the path
    /// itself would have too many values.
    public var route: String? { matchedRoute?.pattern }

    /// The captured parts of the path.
    ///
    /// ```swift
    /// router.get("/notes/{id}") { request in
    ///     try await request.response.end("Note \(request.parameters["id"] ?? "")")
    /// }
    /// ```
    public var parameters: RouteParameters { RouteParameters(match: matchedRoute) }

    /// The beginning of the path that led to the mounted handler (``Router/mount(_:_:fileID:line:)``), as sent and
    /// without a slash at its end; empty for a handler that is not mounted.
    public var mountPath: String {
        String(decoding: url.path.utf8.prefix(mountLength), as: UTF8.self)
    }

    /// The path without the ``mountPath``, as sent: it begins with a slash, or is empty. For a handler that is not
    /// mounted, it is the whole path.
    public var pathBelowMount: String {
        mountLength == 0 ? url.path : String(decoding: url.path.utf8.dropFirst(mountLength), as: UTF8.self)
    }
}

/// The parameters of a request's path: what the captures of its route stand for.
public struct RouteParameters: Sendable {
    let match: MatchedRoute?

    /// The text that the capture `{name}` or `{name...}` stands for, percent-decoded; nil if there is no such capture.
    ///
    /// It may hold anything, including `/`, `..` and NUL: check it before you use it as a file name.
    public subscript(_ name: String) -> String? { match?.value(of: name) }
}
