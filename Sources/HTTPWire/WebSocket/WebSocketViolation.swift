/// A peer's violation of RFC 6455, RFC 7692 or a limit. It ends the connection.
public enum WebSocketViolation: Error, Sendable, Hashable, CustomStringConvertible {
    /// A reserved bit is set that no negotiated extension defines (RFC 6455 section 5.2).
    case reservedBits
    /// A frame with an undefined opcode.
    case reservedOpcode(UInt8)
    /// A fragmented control frame (section 5.4).
    case fragmentedControlFrame
    /// A control frame with more than 125 bytes (section 5.5).
    case controlFrameTooLong
    /// A length that is not in its shortest form (section 5.2).
    case lengthNotMinimal
    /// A length of 2⁶³ bytes or more.
    case lengthTooLarge
    /// A client's frame without a mask (section 5.1).
    case unmaskedFrame
    /// A server's frame with a mask.
    case maskedFrame
    /// A further fragment of a message that has not begun (section 5.4).
    case unexpectedContinuation
    /// A new message before the previous one is complete.
    case unfinishedMessage
    /// A close frame with half a code (section 5.5.1).
    case truncatedCloseCode
    /// A close code that must not be sent (section 7.4).
    case invalidCloseCode(UInt16)
    /// A text, or the reason of a close frame, that is not UTF-8 (section 8.1).
    case invalidUTF8
    /// A message with more bytes than the limit.
    case messageTooBig(limit: Int)
    /// A message that can't be decompressed (RFC 7692 section 7.2.2).
    case corruptCompression(ContentCodingError)

    /// The code to close the WebSocket with.
    public var closeCode: WebSocketCloseCode {
        switch self {
        case .invalidUTF8, .corruptCompression: .invalidFramePayloadData
        case .messageTooBig: .messageTooBig
        default: .protocolError
        }
    }

    /// The error, short enough for a close frame.
    public var description: String {
        switch self {
        case .reservedBits: "A reserved bit is set"
        case .reservedOpcode(let opcode): "Reserved opcode \(opcode)"
        case .fragmentedControlFrame: "A control frame can't be fragmented"
        case .controlFrameTooLong: "A control frame has at most 125 bytes"
        case .lengthNotMinimal: "The length of a frame is not in its shortest form"
        case .lengthTooLarge: "The length of a frame has more than 63 bits"
        case .unmaskedFrame: "The frames of a client must be masked"
        case .maskedFrame: "The frames of a server must not be masked"
        case .unexpectedContinuation: "A continuation frame without a message"
        case .unfinishedMessage: "The previous message is not complete"
        case .truncatedCloseCode: "A close code has two bytes"
        case .invalidCloseCode(let code): "Reserved close code \(code)"
        case .invalidUTF8: "The text is not UTF-8"
        case .messageTooBig(let limit): "The message is longer than \(limit) bytes"
        case .corruptCompression(let error): "\(error)"
        }
    }
}
