/// The limits on a message's head, beyond which a parser gives up.
///
/// Sizes are in bytes as sent, including line ends unless otherwise stated. A limit below zero counts as zero.
public struct HeadLimits: Sendable, Hashable {
    /// The largest head, from its first byte to the empty line that ends it. 65 536 by default; the response to a
    /// larger one is 431 (RFC 6585 section 5). More than 1 GiB counts as 1 GiB.
    public var headBytes = 65_536
    /// The longest request or status line, without its line end. 16 384 by default; the response to a longer one is
    /// 414, or 501 if the method alone is longer (RFC 9112 section 3).
    public var startLineBytes = 16_384
    /// The largest number of field lines. 100 by default, and 1000 for responses; the response to more is 431. More
    /// than 65 000 counts as 65 000.
    public var fieldCount = 100
    /// Whether a line may end with a bare LF, which RFC 9112 section 2.2 allows a recipient to accept. `false` by
    /// default: intermediaries differ in how they read it, and request smuggling relies on such differences.
    public var allowsBareLineFeed = false

    /// The default limits for requests.
    public init() {}

    /// The default limits for responses: those for requests, but 1000 field lines. Servers send a line for each cookie,
    /// and other clients limit bytes only.
    public static var responses: HeadLimits {
        var limits = HeadLimits()
        limits.fieldCount = 1_000
        return limits
    }

    /// The longest field name: a slot of the field table stores its length in 16 bits.
    static let fieldNameBytes = 65_535
    /// How many empty lines before a head are skipped; RFC 9112 section 2.2 requires at least one.
    static let leadingEmptyLines = 4

    /// The same limits within what offsets of 32 bits and `HTTPFields` can hold.
    var clamped: HeadLimits {
        var limits = self
        limits.headBytes = min(max(headBytes, 0), 1 << 30)
        limits.startLineBytes = min(max(startLineBytes, 0), 1 << 30)
        limits.fieldCount = min(max(fieldCount, 0), 65_000)
        return limits
    }
}
