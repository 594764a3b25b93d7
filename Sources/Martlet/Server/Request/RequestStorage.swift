/// The key of a value that middleware attaches to a request, for the handlers that it wraps.
///
/// ```swift
/// enum UserKey: RequestStorageKey {
///     typealias Value = User
/// }
///
/// struct Login: Middleware {
///     func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
///         { request in
///             request[UserKey.self] = try await findUser(request.cookies)
///             try await handler(request)
///         }
///     }
/// }
///
/// try await server.serve(around: [Login()]) { request in
///     guard let user = request[UserKey.self] else { throw HTTPError(.forbidden) }
///     try await request.response.end("Hello, \(user.name)!")
/// }
/// ```
///
/// The type itself is the key, so two keys never get in each other's way, and a private one keeps others from changing
/// the value.
public protocol RequestStorageKey: SendableMetatype {
    /// The type of the value.
    associatedtype Value: Sendable
}

extension HTTPServerRequest {
    /// The value that is attached to the request under `key`; nil, until one is set. It can be read and set from any
    /// thread, and lives as long as the request.
    ///
    /// All copies of the request share their values.
    public subscript<Key: RequestStorageKey>(_ key: Key.Type) -> Key.Value? {
        get { exchange.value(key) }
        nonmutating set { exchange.setValue(newValue, key) }
    }
}
