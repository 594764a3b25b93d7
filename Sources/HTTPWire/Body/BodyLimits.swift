/// How much a `BodyDecoder` takes besides content. Content itself is not limited here: whoever collects it knows how
/// much is too much.
public struct BodyLimits: Sendable, Hashable {
    /// The longest chunk extensions of one chunk, in bytes from the chunk size to the line end. 1024 unless set.
    public var chunkExtensionBytes = 1_024
    /// The largest trailer section, in bytes, with the empty line that ends it. 16 384 unless set.
    public var trailerBytes = 16_384
    /// The largest number of trailer fields. 100 unless set.
    public var trailerCount = 100

    /// The limits' defaults.
    public init() {}

    /// The limits that apply to the trailer section as to a head. A bare LF is never taken here: RFC 9112 section 2.2
    /// speaks of the start line and of header fields.
    var trailerLimits: HeadLimits {
        var limits = HeadLimits()
        limits.headBytes = trailerBytes
        limits.fieldCount = trailerCount
        return limits.clamped
    }
}
