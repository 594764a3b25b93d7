/// Why a digest challenge cannot be answered.
package enum DigestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The challenge is of another scheme.
    case notDigest(scheme: String)
    /// The challenge lacks this parameter.
    case missingParameter(String)
    /// The challenge asks for a hash that is not known.
    case unsupportedAlgorithm(String)
    /// The challenge offers neither `auth` nor `auth-int`.
    case unsupportedQuality(String)
    /// The challenge wants the content hashed (`auth-int`), and the content is not in memory.
    case contentNeeded

    /// What is wrong and what to do about it.
    package var description: String {
        switch self {
        case .notDigest(let scheme): "The challenge is one for \(scheme), not for Digest."
        case .missingParameter(let name): "The Digest challenge has no \(name)."
        case .unsupportedAlgorithm(let name):
            "The Digest challenge asks for \(name.debugDescription). MD5, SHA-256 and their -sess forms are known."
        case .unsupportedQuality(let text):
            "The Digest challenge offers qop=\(text.debugDescription), which has neither auth nor auth-int."
        case .contentNeeded:
            "The server wants the content authenticated (auth-int). Send it from memory instead of streaming it."
        }
    }
}
