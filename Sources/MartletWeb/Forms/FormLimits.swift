import HTTPWire

/// How much of a form is accepted. Sizes are in bytes.
public struct FormLimits: Sendable, Hashable {
    /// The largest content with all that is in it. 64 MiB unless set; more is answered 413.
    public var totalBytes = 67_108_864
    /// How much of it may be text, which is held in memory. 1 MiB unless set; more is answered 413.
    public var textBytes = 1_048_576
    /// How many bytes of its files are held in memory, taken together. 1 MiB unless set; files beyond that are kept on
    /// the disk as long as they are in use.
    public var memoryBytes = 1_048_576
    /// The largest number of fields, files included. 1000 unless set; more are answered 413.
    public var fieldCount = 1_000
    /// The longest name of a field or a file, in UTF-8. 1024 unless set; longer ones are answered 431.
    public var nameBytes = 1_024
    /// The largest head of one field. 16 384 unless set; more is answered 431.
    public var headBytes = 16_384
    /// The directory for files that are not held in memory; nil, unless set, for what `TMPDIR` says, or else `/tmp`.
    public var spoolDirectory: String?

    /// The limits' defaults.
    public init() {}

    /// The limits of the content's parts.
    var multipart: MultipartLimits {
        var limits = MultipartLimits()
        limits.partCount = fieldCount
        limits.headBytes = headBytes
        limits.nameBytes = nameBytes
        limits.totalBytes = totalBytes
        return limits
    }
}
