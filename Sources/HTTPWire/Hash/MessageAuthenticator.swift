/// Codes that only the owner of a key can make: HMAC with SHA-256 (RFC 2104).
package struct MessageAuthenticator: Sendable {
    /// The hash when it has taken the key in, for the text and for the hash of the text.
    private let (inner, outer): (SHA256, SHA256)

    /// A key of any length; 32 bytes are enough, and more than 64 are hashed.
    package init(key: [UInt8]) {
        var key = key.count > 64 ? SHA256.hash(key) : key
        key += Array(repeating: 0, count: 64 - key.count)
        (inner, outer) = (Self.start(key, 0x36), Self.start(key, 0x5C))
    }

    private static func start(_ key: [UInt8], _ mask: UInt8) -> SHA256 {
        var hash = SHA256()
        let masked = key.map { $0 ^ mask }
        hash.update(masked.span.bytes)
        return hash
    }

    /// The code of a text: 32 bytes.
    package func code(of text: String) -> [UInt8] {
        var (inner, outer) = (inner, outer)
        inner.update(text.utf8.span.bytes)
        let digest = inner.finish()
        outer.update(digest.span.bytes)
        return outer.finish()
    }

    /// Whether it is the code of the text. The time says nothing about the right one.
    package func isCode(_ code: [UInt8], of text: String) -> Bool {
        self.code(of: text).equalsInConstantTime(code)
    }
}

extension [UInt8] {
    /// Whether the bytes are the same, in a time that depends on their number alone.
    package func equalsInConstantTime(_ other: [UInt8]) -> Bool {
        count == other.count && zip(self, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
