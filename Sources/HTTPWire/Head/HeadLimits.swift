/// How much of a message's head a parser takes before it gives up.
///
/// Sizes are bytes as sent, line ends included where nothing else is said. A limit below zero counts as zero.
public struct HeadLimits: Sendable, Hashable {
    /// The largest head, from its first byte to the empty line that ends it. 65 536 unless set; what is larger is
    /// answered with 431 (RFC 6585 section 5). More than 1 GiB counts as 1 GiB.
    public var headBytes = 65_536
    /// The longest request or status line, without its line end. 16 384 unless set; what is longer is answered with
    /// 414, or with 501 when the method alone is as long (RFC 9112 section 3).
    public var startLineBytes = 16_384
    /// The largest number of field lines. 100 unless set, in responses 1000; more are answered with 431. More than 65 000
    /// count as that.
    public var fieldCount = 100
    /// Whether a line may end with a bare LF, which RFC 9112 section 2.2 allows a recipient to accept. `false` unless
    /// set: intermediaries differ in what they make of it, and such differences are how requests are smuggled.
    public var allowsBareLineFeed = false

    /// The limits' defaults.
    public init() {}

    /// The defaults for responses: those of requests, and 1000 field lines. Servers send a line for each cookie, and other
    /// clients set no limit but bytes.
    public static var responses: HeadLimits {
        var limits = HeadLimits()
        limits.fieldCount = 1_000
        return limits
    }

    /// The largest field name: a slot of the field table keeps its length in 16 bits.
    static let fieldNameBytes = 65_535
    /// How many empty lines before a head are skipped; RFC 9112 section 2.2 asks for at least one.
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
