/// How much a `MultipartParser` takes before it gives up. Sizes are in bytes. A limit below zero counts as zero.
public struct MultipartLimits: Sendable, Hashable {
    /// The largest number of parts. 1000 unless set.
    public var partCount = 1_000
    /// The largest head of one part, with the empty line that ends it. 16 384 unless set.
    public var headBytes = 16_384
    /// The largest number of fields in the head of one part. 32 unless set.
    public var fieldCount = 32
    /// The longest name of a form's field, and of a file, in UTF-8. 1024 unless set.
    public var nameBytes = 1_024
    /// How much there may be before the first boundary, and behind the last; it is discarded. 65 536 unless set.
    public var surroundingBytes = 65_536
    /// The largest content with all that is in it; nil, unless set, for any size.
    public var totalBytes: Int?

    /// The limits' defaults.
    public init() {}

    /// The limits of a part's head as the parser of field lines has them.
    var headLimits: HeadLimits {
        var limits = HeadLimits()
        limits.headBytes = headBytes
        limits.fieldCount = fieldCount
        return limits.clamped
    }
}
