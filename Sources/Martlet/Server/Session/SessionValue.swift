import NIOCore

/// A value that sessions can hold, such as the user who has logged in.
///
/// ```swift
/// struct User: SessionValue {
///     static let sessionKey = "user"
///     var name: String
/// }
///
/// session[User.self] = User(name: "Ada")
/// ```
///
/// It is stored as JSON, under the key that its type names.
public protocol SessionValue: Codable, Sendable {
    /// The key under which sessions hold the value.
    static var sessionKey: String { get }
}

extension HTTPSession {
    /// The value of a type; nil if there is none, or if what is stored is of another form, as that of an older version
    /// of the program. Set nil to remove it.
    ///
    /// A value that can't be encoded leaves the session as it was: the request is then answered as for an error of its
    /// handler.
    public subscript<Value: SessionValue>(type: Value.Type) -> Value? {
        get { self[type.sessionKey].flatMap { try? JSONFormat.standard.decode(type, from: ByteBuffer(string: $0)) } }
        set {
            guard let newValue else { return self[type.sessionKey] = nil }
            do {
                self[type.sessionKey] = String(buffer: try JSONFormat.standard.encode(newValue))
            } catch {
                fail(error)
            }
        }
    }
}
