/// The types of frames (RFC 9113 section 6).
public enum HTTP2FrameType: UInt8, Sendable, Hashable {
    case data = 0x0
    case headers = 0x1
    case priority = 0x2
    case reset = 0x3
    case settings = 0x4
    case pushPromise = 0x5
    case ping = 0x6
    case goAway = 0x7
    case windowUpdate = 0x8
    case continuation = 0x9
}

/// The flags of frames; what a bit means depends on the type.
public struct HTTP2FrameFlags: OptionSet, Sendable, Hashable {
    /// The bits as sent.
    public let rawValue: UInt8

    /// The flags with these bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// ACK, of SETTINGS and PING.
    public static let acknowledgement = HTTP2FrameFlags(rawValue: 0x1)
    /// END_STREAM, of DATA and HEADERS.
    public static let endStream = HTTP2FrameFlags(rawValue: 0x1)
    /// END_HEADERS, of HEADERS and CONTINUATION.
    public static let endHeaders = HTTP2FrameFlags(rawValue: 0x4)
    /// PADDED, of DATA and HEADERS.
    public static let padded = HTTP2FrameFlags(rawValue: 0x8)
    /// PRIORITY, of HEADERS.
    public static let priority = HTTP2FrameFlags(rawValue: 0x20)
}
