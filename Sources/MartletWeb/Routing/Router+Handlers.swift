import HTTPTypes
import Martlet

/// Adding routes whose handlers are values.
extension Router {
    /// Adds a route whose requests are answered by a value.
    ///
    /// - Parameters:
    ///   - method: The method of the requests.
    ///   - pattern: Which paths the route matches; see ``Router``. For all that is below a path, see
    ///     ``mount(_:_:fileID:line:)``.
    ///   - handler: Answers the requests.
    ///   - fileID: The file to name in errors; by default that of the call.
    ///   - line: The line to name in errors; by default that of the call.
    public mutating func on(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, method, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `GET`; it also answers `HEAD`, whose requests are answered by a value.
    public mutating func get(
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .get, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `POST`, whose requests are answered by a value.
    public mutating func post(
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .post, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `PUT`, whose requests are answered by a value.
    public mutating func put(
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .put, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `PATCH`, whose requests are answered by a value.
    public mutating func patch(
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .patch, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `DELETE`, whose requests are answered by a value.
    public mutating func delete(
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .delete, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `HEAD`, in place of the one for `GET`, whose requests are answered by a value.
    public mutating func head(
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .head, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for `OPTIONS`, in place of the router's own answer, whose requests are answered by a value.
    public mutating func options(
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, .options, pattern, fileID: fileID, line: line)
    }

    /// Adds a route for any method that no other route for the same paths has, whose requests are answered by a value.
    public mutating func any(
        _ pattern: String,
        _ handler: some RequestHandler,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        add(handler, nil, pattern, fileID: fileID, line: line)
    }

    private mutating func add(
        _ handler: some RequestHandler,
        _ method: HTTPRequest.Method?,
        _ pattern: String,
        fileID: String,
        line: Int
    ) {
        let route = Route(method: method, pattern: joined(pattern), isMount: false)
        add(Registration(handler, at: route, fileID: fileID, line: line))
    }
}
