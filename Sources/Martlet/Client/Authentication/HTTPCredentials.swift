import HTTPWire

/// A user's proof of identity to a server or a proxy (RFC 9110 section 11.4; Dart's `HttpClientCredentials`).
///
///     let credentials = HTTPCredentials.basic(username: "Aladdin", password: "open sesame")
///     credentials.authorization   // "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
///
/// The description never shows a secret.
public struct HTTPCredentials: Sendable, Hashable {
    /// An authentication scheme.
    public enum Scheme: String, Sendable, Hashable {
        /// User name and password in plain text (RFC 7617): use only over an encrypted connection.
        case basic = "Basic"
        /// A hash of user name, password and the server's challenge (RFC 7616).
        case digest = "Digest"
        /// A token (RFC 6750): use only over an encrypted connection.
        case bearer = "Bearer"
    }

    enum Secret: Sendable, Hashable {
        case basic(username: String, password: String)
        case digest(username: String, password: String)
        case bearer(token: String)
    }

    let secret: Secret

    /// User name and password, sent as UTF-8 in Base64 (RFC 7617 section 2). `username` must not have a colon, which
    /// servers read as its end.
    public static func basic(username: String, password: String) -> HTTPCredentials {
        HTTPCredentials(secret: .basic(username: username, password: password))
    }

    /// User name and password that answer a challenge without being sent (RFC 7616).
    public static func digest(username: String, password: String) -> HTTPCredentials {
        HTTPCredentials(secret: .digest(username: username, password: password))
    }

    /// A token (RFC 6750 section 2.1).
    ///
    /// - Throws: `HTTPCredentialsError.invalidToken` if it has other characters than letters, digits, `-._~+/`, and `=`
    ///   at its end.
    public static func bearer(_ token: String) throws(HTTPCredentialsError) -> HTTPCredentials {
        guard token.isToken68 else { throw .invalidToken }
        return HTTPCredentials(secret: .bearer(token: token))
    }

    /// The authentication scheme.
    public var scheme: Scheme {
        switch secret {
        case .basic: .basic
        case .digest: .digest
        case .bearer: .bearer
        }
    }

    /// The user name; `nil` for a token.
    public var username: String? {
        switch secret {
        case .basic(let username, _), .digest(let username, _): username
        case .bearer: nil
        }
    }

    /// The value of an `Authorization` or `Proxy-Authorization` field that needs no challenge; `nil` for digest
    /// credentials, which can only answer one.
    public var authorization: String? {
        switch secret {
        case .basic(let username, let password): "Basic \(Base64.encode("\(username):\(password)".utf8))"
        case .digest: nil
        case .bearer(let token): "Bearer \(token)"
        }
    }
}

extension HTTPCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The scheme and the user name, without the password or the token.
    public var description: String {
        username.map { "\(scheme.rawValue) credentials of \($0)" } ?? "\(scheme.rawValue) credentials"
    }

    /// The same as the description.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` shows no secret either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
