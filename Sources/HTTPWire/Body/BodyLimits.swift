/// How much a `BodyDecoder` accepts besides content. Content itself is not limited here: the code that collects it
/// knows how much is too much.
public struct BodyLimits: Sendable, Hashable {
    /// The longest chunk extensions of one chunk, in bytes from the chunk size to the line end. 1024 by default.
    public var chunkExtensionBytes = 1_024
    /// The largest trailer section, in bytes, with the empty line that ends it. 16 384 by default.
    public var trailerBytes = 16_384
    /// The largest number of trailer fields. 100 by default.
    public var trailerCount = 100

    /// The default limits.
    public init() {}

    /// The limits that apply to the trailer section as to a head. A bare LF is never accepted here: RFC 9112 section
    /// 2.2 allows it only in the start line and in header fields.
    var trailerLimits: HeadLimits {
        var limits = HeadLimits()
        limits.headBytes = trailerBytes
        limits.fieldCount = trailerCount
        return limits.clamped
    }
}
