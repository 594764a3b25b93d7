import HTTPWire

/// The limits of a form. Sizes are in bytes.
public struct FormLimits: Sendable, Hashable {
    /// The largest content in all. 64 MiB by default; more is answered 413.
    public var totalBytes = 67_108_864
    /// How much of it may be text, which is held in memory. 1 MiB by default; more is answered 413.
    public var textBytes = 1_048_576
    /// How many bytes of its files are held in memory, taken together. 1 MiB by default; files beyond that are kept on
    /// the disk as long as they are in use.
    public var memoryBytes = 1_048_576
    /// The largest number of fields, files included. 1000 by default; more are answered 413.
    public var fieldCount = 1_000
    /// The longest name of a field or a file, in UTF-8. 1024 by default; longer ones are answered 431.
    public var nameBytes = 1_024
    /// The largest head of one field. 16 384 by default; more is answered 431.
    public var headBytes = 16_384
    /// The directory for files that are not held in memory; nil, the default, means that of `TMPDIR`, or else `/tmp`.
    public var spoolDirectory: String?

    /// Limits with the defaults.
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
