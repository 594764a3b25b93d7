import HTTPTypes
import Martlet

/// Adding routes whose handlers take the content, decoded from JSON.
///
/// ```swift
/// router.post("/notes", json: NewNote.self) { request, note in
///     try await request.response.end(json: try await notes.add(note))
/// }
/// router.put("/notes/{id}", Int.self, json: NewNote.self) { request, id, note in
///     try await request.response.end(json: try await notes.replace(id, with: note))
/// }
/// ```
///
/// The handler is called with a value, or not at all: 400 is the answer to what is not JSON, 404 to segments that can't be
/// converted, 413 to content above the server's `maximumCollectedBytes` (2 MiB), 415 to other media types, and 422 to
/// other JSON than that of the type, and to values that are not valid (``Validatable``).
///
/// Captures have types as in other routes, up to two of them; with more, a handler calls
/// ``HTTPServerRequest/json(_:upTo:requiresType:)``.
extension Router {
    /// Adds a route.
    ///
    /// - Parameters:
    ///   - method: The method of the requests.
    ///   - pattern: Which paths the route matches; see ``Router``.
    ///   - type: The type of the content.
    ///   - fileID: The file to name in errors; by default that of the call.
    ///   - line: The line to name in errors; by default that of the call.
    ///   - handler: Answers the requests, with the content.
    public mutating func on<Content: Decodable & Sendable>(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, Content) async throws -> Void
    ) {
        add(method, pattern, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `POST` of JSON.
    public mutating func post<Content: Decodable & Sendable>(
        _ pattern: String,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, Content) async throws -> Void
    ) {
        add(.post, pattern, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `PUT` of JSON.
    public mutating func put<Content: Decodable & Sendable>(
        _ pattern: String,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, Content) async throws -> Void
    ) {
        add(.put, pattern, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `PATCH` of JSON.
    public mutating func patch<Content: Decodable & Sendable>(
        _ pattern: String,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, Content) async throws -> Void
    ) {
        add(.patch, pattern, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route; the handler gets a capture and the content.
    public mutating func on<First: LosslessStringConvertible & Sendable, Content: Decodable & Sendable>(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ first: First.Type,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Content) async throws -> Void
    ) {
        add(method, pattern, first, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `POST` of JSON, with a capture.
    public mutating func post<First: LosslessStringConvertible & Sendable, Content: Decodable & Sendable>(
        _ pattern: String,
        _ first: First.Type,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Content) async throws -> Void
    ) {
        add(.post, pattern, first, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `PUT` of JSON, with a capture.
    public mutating func put<First: LosslessStringConvertible & Sendable, Content: Decodable & Sendable>(
        _ pattern: String,
        _ first: First.Type,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Content) async throws -> Void
    ) {
        add(.put, pattern, first, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `PATCH` of JSON, with a capture.
    public mutating func patch<First: LosslessStringConvertible & Sendable, Content: Decodable & Sendable>(
        _ pattern: String,
        _ first: First.Type,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Content) async throws -> Void
    ) {
        add(.patch, pattern, first, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route; the handler gets two captures and the content.
    public mutating func on<
        First: LosslessStringConvertible & Sendable,
        Second: LosslessStringConvertible & Sendable,
        Content: Decodable & Sendable
    >(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ first: First.Type,
        _ second: Second.Type,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Second, Content) async throws -> Void
    ) {
        add(method, pattern, first, second, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `POST` of JSON, with two captures.
    public mutating func post<
        First: LosslessStringConvertible & Sendable,
        Second: LosslessStringConvertible & Sendable,
        Content: Decodable & Sendable
    >(
        _ pattern: String,
        _ first: First.Type,
        _ second: Second.Type,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Second, Content) async throws -> Void
    ) {
        add(.post, pattern, first, second, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `PUT` of JSON, with two captures.
    public mutating func put<
        First: LosslessStringConvertible & Sendable,
        Second: LosslessStringConvertible & Sendable,
        Content: Decodable & Sendable
    >(
        _ pattern: String,
        _ first: First.Type,
        _ second: Second.Type,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Second, Content) async throws -> Void
    ) {
        add(.put, pattern, first, second, json: type, fileID: fileID, line: line, to: handler)
    }

    /// Adds a route for `PATCH` of JSON, with two captures.
    public mutating func patch<
        First: LosslessStringConvertible & Sendable,
        Second: LosslessStringConvertible & Sendable,
        Content: Decodable & Sendable
    >(
        _ pattern: String,
        _ first: First.Type,
        _ second: Second.Type,
        json type: Content.Type,
        fileID: String = #fileID,
        line: Int = #line,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Second, Content) async throws -> Void
    ) {
        add(.patch, pattern, first, second, json: type, fileID: fileID, line: line, to: handler)
    }

    // Not one function with a pack of captures: Swift 6.3 frees the parts of a pack that is followed by an argument in the
    // wrong order.

    private mutating func add<Content: Decodable & Sendable>(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        json type: Content.Type,
        fileID: String,
        line: Int,
        to handler: @escaping @Sendable (HTTPServerRequest, Content) async throws -> Void
    ) {
        add(method, pattern, typeCount: nil, fileID: fileID, line: line) { request in
            let content = try await request.json(type)
            try await handler(request, content)
        }
    }

    private mutating func add<First: LosslessStringConvertible & Sendable, Content: Decodable & Sendable>(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ first: First.Type,
        json type: Content.Type,
        fileID: String,
        line: Int,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Content) async throws -> Void
    ) {
        add(method, pattern, typeCount: 1, fileID: fileID, line: line) { request in
            // Before the content is read: there may be no such resource.
            var converter = ParameterConverter(texts: request.matchedRoute?.values ?? [])
            let first = try converter.next(as: First.self)
            let content = try await request.json(type)
            try await handler(request, first, content)
        }
    }

    private mutating func add<
        First: LosslessStringConvertible & Sendable,
        Second: LosslessStringConvertible & Sendable,
        Content: Decodable & Sendable
    >(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ first: First.Type,
        _ second: Second.Type,
        json type: Content.Type,
        fileID: String,
        line: Int,
        to handler: @escaping @Sendable (HTTPServerRequest, First, Second, Content) async throws -> Void
    ) {
        add(method, pattern, typeCount: 2, fileID: fileID, line: line) { request in
            // Before the content is read: there may be no such resource.
            var converter = ParameterConverter(texts: request.matchedRoute?.values ?? [])
            let first = try converter.next(as: First.self)
            let second = try converter.next(as: Second.self)
            let content = try await request.json(type)
            try await handler(request, first, second, content)
        }
    }

    private mutating func add(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        typeCount: Int?,
        fileID: String,
        line: Int,
        to handler: @escaping HTTPServer.Handler
    ) {
        let route = Route(method: method, pattern: joined(pattern), isMount: false)
        add(Registration(at: route, typeCount: typeCount, fileID: fileID, line: line, makeHandler: { handler }))
    }
}
