/// Why a Digest challenge cannot be answered.
package enum DigestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The challenge has another scheme.
    case notDigest(scheme: String)
    /// The challenge lacks this parameter.
    case missingParameter(String)
    /// The challenge requires an unsupported algorithm.
    case unsupportedAlgorithm(String)
    /// The challenge offers neither `auth` nor `auth-int`.
    case unsupportedQuality(String)
    /// The challenge requires a hash of the content (`auth-int`), and the content is not in memory.
    case contentNeeded

    /// The error, and what to do about it.
    package var description: String {
        switch self {
        case .notDigest(let scheme): "The challenge is for \(scheme), not for Digest."
        case .missingParameter(let name): "The Digest challenge has no \(name)."
        case .unsupportedAlgorithm(let name):
            "The Digest challenge requires \(name.debugDescription). MD5, SHA-256 and their -sess forms are supported."
        case .unsupportedQuality(let text):
            "The Digest challenge offers qop=\(text.debugDescription), but neither auth nor auth-int."
        case .contentNeeded:
            "The server requires authenticated content (auth-int). Send it from memory instead of streaming it."
        }
    }
}
