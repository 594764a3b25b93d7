import HTTPWire

/// A secret with which a server signs what clients keep for it.
///
/// Make one with `openssl rand -base64 32`, and give it to the program in its environment or in a file: a key in the
/// source code is no secret. The description never shows it.
public struct SigningKey: Sendable {
    /// The fewest bytes of a key: as many as HMAC with SHA-256 has (RFC 2104 section 3).
    public static let minimumBytes = 32

    private let authenticator: MessageAuthenticator

    /// The key that a text stands for, in Base64.
    ///
    /// - Throws: ``MiddlewareError/invalidSigningKey`` if it is anything else, or has fewer than 32 bytes.
    public init(base64 text: String) throws(MiddlewareError) {
        guard let bytes = Base64.decode(text), bytes.count >= Self.minimumBytes else { throw .invalidSigningKey }
        authenticator = MessageAuthenticator(key: bytes)
    }

    private init() {
        var generator = SystemRandomNumberGenerator()
        let key = (0..<Self.minimumBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        authenticator = MessageAuthenticator(key: key)
    }

    /// A new random key: what it has signed is worth nothing once the program ends.
    public static func random() -> SigningKey { SigningKey() }

    /// The code that shows that the text comes from the owner of the key: HMAC with SHA-256 (RFC 2104).
    func code(of text: String) -> [UInt8] {
        authenticator.code(of: text)
    }

    /// Whether it is the code of the text. The time says nothing about the right one.
    func isCode(_ code: [UInt8], of text: String) -> Bool {
        authenticator.isCode(code, of: text)
    }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same text for all keys.
    public var description: String { "a signing key" }

    /// The same as the description.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` does not show the key either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
