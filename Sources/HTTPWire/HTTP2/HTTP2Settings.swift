import HTTPTypes

/// A peer's SETTINGS, as far as they limit what may be sent to it (RFC 9113 section 6.5.2).
public struct HTTP2Settings: Sendable, Hashable {
    /// The identifiers of settings.
    public enum Identifier: UInt16, Sendable {
        case headerTableSize = 0x1
        case enablePush = 0x2
        case maximumConcurrentStreams = 0x3
        case initialWindowSize = 0x4
        case maximumFrameSize = 0x5
        case maximumHeaderListSize = 0x6
        /// RFC 8441 section 3.
        case enableConnectProtocol = 0x8
        /// RFC 9218 section 2.1.
        case noPriorities = 0x9
    }

    /// The largest flow-control window (RFC 9113 section 6.9.1).
    public static let maximumWindow = 0x7FFF_FFFF
    /// The initial window of a connection and, unless a setting changes it, of streams.
    public static let defaultWindow = 65_535
    /// The length of frames that every peer accepts.
    public static let defaultFrameSize = 16_384

    /// The size of the dynamic table of the peer's decoder, in bytes as counted by RFC 7541 section 4.1.
    public private(set) var headerTableSize = 4_096
    /// The initial window of each stream.
    public private(set) var initialWindowSize = HTTP2Settings.defaultWindow
    /// The longest frame, without its 9 bytes of head.
    public private(set) var maximumFrameSize = HTTP2Settings.defaultFrameSize
    /// How many streams may be open at once; nil until the peer announces a limit.
    public private(set) var maximumConcurrentStreams: Int?

    private let peer: HTTP2Endpoint

    /// The settings that apply until a peer changes them.
    ///
    /// - Parameter peer: Which end the peer is.
    public init(of peer: HTTP2Endpoint) {
        self.peer = peer
    }

    /// Applies one setting. Unknown ones are ignored.
    public mutating func apply(_ identifier: UInt16, _ value: UInt32) throws(HTTP2Error) {
        switch Identifier(rawValue: identifier) {
        case .headerTableSize:
            headerTableSize = Int(value)
        case .enablePush, .enableConnectProtocol, .noPriorities:
            guard value <= 1 else {
                throw HTTP2Error(.protocolError, "A Boolean setting is neither 0 nor 1 (RFC 9113 section 6.5.2)")
            }
            if identifier == Identifier.enablePush.rawValue, value == 1, peer == .server {
                throw HTTP2Error(.protocolError, "ENABLE_PUSH from a server (RFC 9113 section 6.5.2)")
            }
        case .initialWindowSize:
            guard value <= Self.maximumWindow else {
                throw HTTP2Error(.flowControlError, "An initial window above 2^31-1 (RFC 9113 section 6.5.2)")
            }
            initialWindowSize = Int(value)
        case .maximumFrameSize:
            guard (16_384...16_777_215).contains(value) else {
                throw HTTP2Error(.protocolError, "A maximum frame size out of range (RFC 9113 section 6.5.2)")
            }
            maximumFrameSize = Int(value)
        case .maximumConcurrentStreams:
            maximumConcurrentStreams = Int(value)
        case .maximumHeaderListSize, nil:
            break
        }
    }
}
