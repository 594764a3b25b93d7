import HTTPWire

/// A hash algorithm of digest authentication (RFC 7616 section 3.3).
///
/// SHA-512-256 is not supported: no server is known to use it.
package struct DigestAlgorithm: Sendable, Hashable, CustomStringConvertible {
    enum Hash: Sendable, Hashable {
        case md5
        case sha256
    }

    let hash: Hash
    /// Whether one hash, computed with the first nonce, serves all subsequent requests (`-sess`).
    package let isSession: Bool

    /// MD5, the default if a challenge has no `algorithm`.
    package static let md5 = DigestAlgorithm(hash: .md5, isSession: false)
    /// MD5 with a session key.
    package static let md5Session = DigestAlgorithm(hash: .md5, isSession: true)
    /// SHA-256.
    package static let sha256 = DigestAlgorithm(hash: .sha256, isSession: false)
    /// SHA-256 with a session key.
    package static let sha256Session = DigestAlgorithm(hash: .sha256, isSession: true)

    private init(hash: Hash, isSession: Bool) {
        self.hash = hash
        self.isSession = isSession
    }

    /// The algorithm with this name, ignoring case; `nil` if it is unknown.
    package init?(_ name: String) {
        let all = [DigestAlgorithm.md5, .md5Session, .sha256, .sha256Session]
        guard let found = all.first(where: { $0.description.equalsIgnoringCase(name) }) else { return nil }
        self = found
    }

    /// The name as it is sent: `SHA-256-sess`.
    package var description: String {
        let name =
            switch hash {
            case .md5: "MD5"
            case .sha256: "SHA-256"
            }
        return isSession ? "\(name)-sess" : name
    }

    /// `H(text)`: the hash in hexadecimal digits.
    func hash(_ text: String) -> String {
        hash(text.utf8.span.bytes)
    }

    /// `H(bytes)`: the hash in hexadecimal digits.
    func hash(_ bytes: RawSpan) -> String {
        switch hash {
        case .md5: MD5.hash(bytes).hexadecimal
        case .sha256: SHA256.hash(bytes).hexadecimal
        }
    }
}
