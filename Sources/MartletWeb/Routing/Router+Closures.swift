import HTTPTypes
import Martlet

/// Adding routes whose handlers are closures. What is captured is in ``HTTPServerRequest/parameters``.
extension Router {
    /// Adds a route.
    ///
    /// - Parameters:
    ///   - method: The method of the requests; one like `PURGE` will do too.
    ///   - pattern: Which paths the route matches; see ``Router``.
    ///   - handler: Answers the requests.
    ///   - fileID: The file to name in errors; by default that of the call.
    ///   - line: The line to name in errors; by default that of the call.
    public mutating func on(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, method, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `GET`; it also answers `HEAD`.
    public mutating func get(
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .get, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `POST`.
    public mutating func post(
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .post, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `PUT`.
    public mutating func put(
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .put, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `PATCH`.
    public mutating func patch(
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .patch, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `DELETE`.
    public mutating func delete(
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .delete, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `HEAD`, in place of the one for `GET`.
    public mutating func head(
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .head, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `OPTIONS`, in place of the router's own answer.
    public mutating func options(
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .options, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for any method that no other route for the same paths has.
    public mutating func any(
        _ pattern: String,
        _ handler: @escaping HTTPServer.Handler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, nil, pattern, fileID: fileID, line: line)
    }

    private mutating func add(
        _ handler: @escaping HTTPServer.Handler,
        _ method: HTTPRequest.Method?,
        _ pattern: String,
        fileID: String,
        line: Int
    ) {
        let route = Route(method: method, pattern: joined(pattern), isMount: false)
        add(Registration(at: route, fileID: fileID, line: line, makeHandler: { handler }))
    }
}
