/// The options of a `Connection` field that HTTP itself defines (RFC 9110 section 7.6.1).
///
/// All other members are the names of fields that belong to this connection only; use `FieldList` to read those.
public struct ConnectionTokens: OptionSet, Sendable, Hashable {
    /// One bit for each option.
    public let rawValue: UInt8

    /// The options with these bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `close`: the connection ends after this exchange.
    public static let close = ConnectionTokens(rawValue: 1)
    /// `keep-alive`: an HTTP/1.0 peer wants the connection to persist (RFC 9112 appendix C.2.2).
    public static let keepAlive = ConnectionTokens(rawValue: 2)
    /// `upgrade`: an `Upgrade` field goes with this message (RFC 9110 section 7.8).
    public static let upgrade = ConnectionTokens(rawValue: 4)

    /// The known options among the members of one field value. Allocates nothing.
    public init(_ text: String) {
        self.init(text.utf8.span)
    }

    /// The known options among the members of one field value. Allocates nothing.
    public init(bytes: UnsafeRawBufferPointer) {
        self.init(bytes.assumingMemoryBound(to: UInt8.self).span)
    }

    private init(_ bytes: Span<UInt8>) {
        var (offset, found) = (0, UInt8(0))
        while let member = bytes.nextMember(&offset) {
            switch member.count {
            case 5 where bytes.equals(member, ignoringCase: "close"): found |= 1
            case 7 where bytes.equals(member, ignoringCase: "upgrade"): found |= 4
            case 10 where bytes.equals(member, ignoringCase: "keep-alive"): found |= 2
            default: break
            }
        }
        self.init(rawValue: found)
    }
}
