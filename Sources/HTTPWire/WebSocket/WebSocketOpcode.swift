/// The type of a WebSocket frame (RFC 6455 section 5.2).
public enum WebSocketOpcode: UInt8, Sendable, Hashable, CaseIterable {
    /// A further fragment of a message.
    case continuation = 0x0
    /// A message of text, or its first fragment.
    case text = 0x1
    /// A message of bytes, or its first fragment.
    case binary = 0x2
    /// Closes the WebSocket.
    case close = 0x8
    /// Checks whether the peer is alive.
    case ping = 0x9
    /// The answer to a ping.
    case pong = 0xA

    /// Whether frames of this type may occur between the fragments of a message (RFC 6455 section 5.5).
    public var isControl: Bool { rawValue & 0x8 != 0 }
}

/// A side of the connection: clients mask their frames, servers do not.
public enum WebSocketRole: Sendable, Hashable {
    /// The side that opened the connection.
    case client
    /// The side that accepted the connection.
    case server
}

/// The type of a message.
public enum WebSocketMessageKind: Sendable, Hashable {
    /// Text, sent as UTF-8.
    case text
    /// Bytes.
    case binary

    /// The opcode of the message's first frame.
    public var opcode: WebSocketOpcode {
        switch self {
        case .text: .text
        case .binary: .binary
        }
    }
}
