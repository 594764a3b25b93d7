/// The limits of an `EventStreamParser`, in bytes. A limit below zero counts as zero.
public struct EventStreamLimits: Sendable, Hashable {
    /// The longest line, without its end. 1 MiB by default.
    public var lineBytes = 1_048_576
    /// The largest event: its data and its name. 1 MiB by default.
    public var eventBytes = 1_048_576
    /// The longest id, which a client sends in a header field when it connects again. 4 KiB by default.
    public var idBytes = 4_096

    /// Limits with the defaults.
    public init() {}
}
