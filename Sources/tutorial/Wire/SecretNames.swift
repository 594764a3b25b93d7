/// The names of fields, parameters and members whose values are secrets.
enum SecretNames {
    /// Fields whose whole value is left out, except for the name of a scheme or of a cookie.
    private static let fields: Set<String> = [
        "authorization", "proxyauthorization", "authenticationinfo", "proxyauthenticationinfo", "cookie", "setcookie",
        "cookie2", "setcookie2",
    ]
    /// Names that are secrets if they are no more than this.
    private static let wholes: Set<String> = [
        "auth", "jwt", "otp", "pass", "passcode", "pin", "pwd", "session", "sessionid", "sid", "sig", "signature",
    ]
    /// Names that are secrets wherever these occur in them.
    private static let parts = [
        "password", "passwd", "passphrase", "passwort", "secret", "token", "apikey", "accesskey", "privatekey",
    ]

    /// Whether the value of a parameter or of a member is a secret. Case does not matter, nor does what stands between
    /// the words: `api_key`, `apiKey`, `user[password]`.
    static func contains(_ name: some Sequence<UInt8>) -> Bool {
        let name = letters(name)
        return wholes.contains(name) || parts.contains { name.contains($0) }
    }

    /// Whether the value of a header field is a secret.
    static func contains(field name: some Sequence<UInt8>) -> Bool {
        let name = letters(name)
        return fields.contains(name) || parts.contains { name.contains($0) }
    }

    /// The letters and digits of a name in lower case; percent-encoding is undone.
    private static func letters(_ name: some Sequence<UInt8>) -> String {
        var name = Array(name)[...]
        var letters: [UInt8] = []
        while var byte = name.popFirst() {
            if byte == UInt8(ascii: "%"), let decoded = UInt8(hexadecimal: name.prefix(2)) {
                byte = decoded
                name = name.dropFirst(2)
            }
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): letters.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): letters.append(byte)
            default: break
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }
}

extension UInt8 {
    /// A byte from two hexadecimal digits.
    init?(hexadecimal digits: some Collection<UInt8>) {
        guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
            digits.first != UInt8(ascii: "+")
        else { return nil }
        self = value
    }
}
