/// The limits of a `MultipartParser`. Sizes are in bytes. A limit below zero counts as zero.
public struct MultipartLimits: Sendable, Hashable {
    /// The largest number of parts. 1000 by default.
    public var partCount = 1_000
    /// The largest head of one part, with the empty line that ends it. 16 384 by default.
    public var headBytes = 16_384
    /// The largest number of fields in the head of one part. 32 by default.
    public var fieldCount = 32
    /// The longest name of a form's field, and of a file, in UTF-8. 1024 by default.
    public var nameBytes = 1_024
    /// How much there may be before the first boundary, and after the last; it is discarded. 65 536 by default.
    public var surroundingBytes = 65_536
    /// The largest content in all; nil, the default, for any size.
    public var totalBytes: Int?

    /// Limits with the defaults.
    public init() {}

    /// The limits of a part's head, for the parser of field lines.
    var headLimits: HeadLimits {
        var limits = HeadLimits()
        limits.headBytes = headBytes
        limits.fieldCount = fieldCount
        return limits.clamped
    }
}
