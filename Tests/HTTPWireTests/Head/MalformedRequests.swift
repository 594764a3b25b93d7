import HTTPWire

/// A request that breaks one rule: its bytes, what the parser says, and where the RFC says so.
struct MalformedRequest: Sendable, CustomStringConvertible {
    let name: String
    /// The bytes, each written as the scalar of the same number (so `\u{80}` is one byte).
    let text: String
    let reason: HTTPParseError.Reason
    /// The status code of the answer.
    let status: Int
    /// RFC and section.
    let section: String
    /// Which limits apply; `nil` for the defaults.
    let limits: HeadLimits?

    init(
        _ name: String,
        _ text: String,
        _ reason: HTTPParseError.Reason,
        _ status: Int,
        _ section: String,
        limits: HeadLimits? = nil
    ) {
        self.name = name
        self.text = text
        self.reason = reason
        self.status = status
        self.section = section
        self.limits = limits
    }

    var bytes: [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
    var description: String { name }
}

/// Requests that have to be rejected, whole as well as in pieces. No request is here twice; all but those of `limits`
/// are rejected under the default limits.
enum MalformedRequests {
    static let all = requestLine + target + fieldLines + framing + limits
}
