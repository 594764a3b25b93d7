#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
        get { self[type.sessionKey].flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) } }
        set {
            guard let newValue else { return self[type.sessionKey] = nil }
            do {
                self[type.sessionKey] = String(decoding: try JSONEncoder().encode(newValue), as: UTF8.self)
            } catch {
                fail(error)
            }
        }
    }
}
