/// The credentials of one `Authorization` or `Proxy-Authorization` field: a scheme, and a token or parameters (RFC 9110
/// section 11.4).
///
///     let authorization = Authorization("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
///     authorization?.scheme            // "Basic"
///     authorization?.basic?.username   // "Aladdin"
///
/// The description never shows a secret.
public struct Authorization: Sendable, Hashable {
    /// The name of the authentication scheme, as sent; compare it with `isScheme(_:)`.
    public let scheme: String
    /// The token of schemes such as `Basic` and `Bearer`, which have no parameters.
    public let token68: String?
    /// The parameters of schemes such as `Digest`, in order.
    public let parameters: FieldParameters

    /// Reads a field value.
    ///
    /// - Returns: `nil` if it is anything else than a scheme, alone or followed by one token or by parameters.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var offset = 0
        guard let name = bytes.token(&offset) else { return nil }
        scheme = bytes.string(name)
        guard offset < bytes.count else {
            token68 = nil
            parameters = FieldParameters()
            return
        }
        guard bytes.has(0x20, at: offset) else { return nil }
        while bytes.skip(0x20, &offset) {}
        let rest = offset..<bytes.count
        if bytes.token68(&offset) == rest {
            token68 = bytes.string(rest)
            parameters = FieldParameters()
        } else {
            guard let list = FieldParameters(list: bytes.string(rest)), !list.isEmpty else { return nil }
            token68 = nil
            parameters = list
        }
    }

    /// Whether the scheme has this name, ignoring case.
    public func isScheme(_ name: String) -> Bool {
        scheme.equalsIgnoringCase(name)
    }

    /// The user name and the password of Basic credentials (RFC 7617 section 2).
    ///
    /// They are `nil` for other schemes, and if the token is not Base64 of UTF-8 with a colon, or has a control
    /// character.
    public var basic: (username: String, password: String)? {
        guard isScheme("Basic"), let bytes = token68.flatMap(Base64.decode), let colon = bytes.firstIndex(of: 0x3A),
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            let username = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self)
        else { return nil }
        return (username, password)
    }

    /// The token of Bearer credentials (RFC 6750 section 2.1); `nil` for other schemes, and without a token.
    public var bearerToken: String? {
        isScheme("Bearer") ? token68 : nil
    }
}

extension Authorization: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The scheme, without the credentials.
    public var description: String { "\(scheme) credentials" }

    /// The same as the description.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` shows no secret either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
