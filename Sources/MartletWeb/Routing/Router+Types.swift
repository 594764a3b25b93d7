import HTTPTypes
import Martlet

/// Adding routes whose handlers take what is captured as values of their types.
///
/// ```swift
/// router.get("/notes/{id}", Int.self) { request, id in
///     try await request.response.end(json: try await notes.note(id))
/// }
/// router.put("/users/{name}/notes/{id}", String.self, Int.self, to: changeNote)
/// ```
///
/// If there are types, the pattern must have as many captures. A request whose segment can't be converted is answered
/// 404.
extension Router {
    /// Adds a route.
    ///
    /// - Parameters:
    ///   - method: The method of the requests.
    ///   - pattern: Which paths the route matches; see ``Router``.
    ///   - types: The types of the captures, in their order.
    ///   - fileID: The file to name in errors; by default that of the call.
    ///   - line: The line to name in errors; by default that of the call.
    ///   - handler: Answers the requests, with what is captured.
    public mutating func on<each Parameter: LosslessStringConvertible & Sendable>(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(method, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `GET`; it also answers `HEAD`.
    public mutating func get<each Parameter: LosslessStringConvertible & Sendable>(
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(.get, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `POST`.
    public mutating func post<each Parameter: LosslessStringConvertible & Sendable>(
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(.post, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `PUT`.
    public mutating func put<each Parameter: LosslessStringConvertible & Sendable>(
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(.put, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `PATCH`.
    public mutating func patch<each Parameter: LosslessStringConvertible & Sendable>(
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(.patch, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `DELETE`.
    public mutating func delete<each Parameter: LosslessStringConvertible & Sendable>(
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(.delete, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `HEAD`, in place of the one for `GET`.
    public mutating func head<each Parameter: LosslessStringConvertible & Sendable>(
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(.head, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `OPTIONS`, in place of the router's own answer.
    public mutating func options<each Parameter: LosslessStringConvertible & Sendable>(
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(.options, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for any method that no other route for the same paths has.
    public mutating func any<each Parameter: LosslessStringConvertible & Sendable>(
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        add(nil, pattern, repeat each types, fileID: fileID, line: line, to: handler)
    }

    private mutating func add<each Parameter: LosslessStringConvertible & Sendable>(
        _ method: HTTPRequest.Method?,
        _ pattern: String,
        _ types: repeat (each Parameter).Type,
        fileID: String,
        line: Int,
        to handler: @escaping @Sendable (HTTPServerRequest, repeat each Parameter) async throws -> Void
    ) {
        var count = 0
        for _ in repeat each types { count += 1 }
        let route = Route(method: method, pattern: joined(pattern), isMount: false)
        let typed: HTTPServer.Handler = { request in
            var values = ParameterConverter(texts: request.matchedRoute?.values ?? [])
            try await handler(request, repeat try values.next(as: (each Parameter).self))
        }
        add(
            Registration(
                at: route,
                typeCount: count == 0 ? nil : count,
                fileID: fileID,
                line: line,
                makeHandler: { typed }
            )
        )
    }
}

/// Converts captures one after the other.
struct ParameterConverter {
    let texts: [String]
    private var index = 0

    init(texts: [String]) {
        self.texts = texts
    }

    /// - Throws: ``HTTPError`` with 404 for a text that is not one of the type.
    mutating func next<Value: LosslessStringConvertible>(as type: Value.Type) throws -> Value {
        guard index < texts.count, let value = Value(texts[index]) else { throw HTTPError(.notFound) }
        index += 1
        return value
    }
}
