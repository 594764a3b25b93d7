import NIOCore

/// The head of a frame (RFC 6455 section 5.2).
public struct WebSocketFrameHead: Sendable, Hashable {
    /// Whether the frame is the last of its message.
    public let isFinal: Bool
    /// Whether the message is compressed; only set in the first of its frames (RFC 7692 section 7.2.1).
    public let isCompressed: Bool
    /// The type of the frame.
    public let opcode: WebSocketOpcode
    /// The length of the payload in bytes.
    public let payloadLength: Int
}

/// Splits what a peer sends into frames, and unmasks them.
///
///     var reader = WebSocketFrameReader(role: .server, allowsCompression: false)
///     switch try reader.next(&received) { … }
///
/// An invalid frame is detected in its first bytes, before its payload. After an error the reader can no longer be
/// used.
public struct WebSocketFrameReader: Sendable {
    /// The next piece of a frame.
    public enum Event: Sendable, Hashable {
        /// More bytes are needed.
        case needsMoreBytes
        /// The head of a frame.
        case head(WebSocketFrameHead)
        /// Some of the frame's payload; all of it for a control frame. It is empty only if the whole payload is.
        case payload(ByteBuffer, isLast: Bool)
    }

    /// Payloads of at least this many bytes are delivered without being copied out of the buffer in which they arrived
    /// and which they keep in memory, unless that is much larger.
    private static let sharedBytes = 4096

    private let role: WebSocketRole
    private let allowsCompression: Bool
    /// The frame whose payload is being read.
    private var head: WebSocketFrameHead?
    private var mask: WebSocketMask?
    private var remaining = 0

    /// Creates a reader of the frames that this side receives.
    ///
    /// - Parameter allowsCompression: Whether permessage-deflate has been negotiated.
    public init(role: WebSocketRole, allowsCompression: Bool) {
        self.role = role
        self.allowsCompression = allowsCompression
    }

    /// Reads the next event from `buffer`.
    public mutating func next(_ buffer: inout ByteBuffer) throws(WebSocketViolation) -> Event {
        guard let head else {
            guard let head = try readHead(&buffer) else { return .needsMoreBytes }
            self.head = head
            remaining = head.payloadLength
            return .head(head)
        }
        let count = min(remaining, buffer.readableBytes)
        // A control frame is small, so it is delivered whole.
        guard count == remaining || (count > 0 && !head.opcode.isControl) else { return .needsMoreBytes }
        remaining -= count
        let payload = readPayload(count, from: &buffer)
        if remaining == 0 { self.head = nil }
        return .payload(payload, isLast: remaining == 0)
    }

    private mutating func readPayload(_ count: Int, from buffer: inout ByteBuffer) -> ByteBuffer {
        if var mask {
            defer { self.mask = mask }
            return buffer.readUnmasked(count, &mask)
        }
        guard count > 0, let slice = buffer.readSlice(length: count) else { return ByteBuffer() }
        return count < Self.sharedBytes || slice.isSparse(beyond: 0) ? slice.copied() : slice
    }

    /// Reads the head once all of it has arrived. Errors in its first two bytes are detected earlier.
    private mutating func readHead(_ buffer: inout ByteBuffer) throws(WebSocketViolation) -> WebSocketFrameHead? {
        let start = buffer.readerIndex
        guard let first = buffer.getInteger(at: start, as: UInt8.self) else { return nil }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { throw .reservedOpcode(first & 0x0F) }
        let (isFinal, isCompressed) = (first & 0x80 != 0, first & 0x40 != 0)
        guard first & 0x30 == 0, !isCompressed || (allowsCompression && !opcode.isControl) else { throw .reservedBits }
        if opcode.isControl, !isFinal { throw .fragmentedControlFrame }
        guard let second = buffer.getInteger(at: start + 1, as: UInt8.self) else { return nil }
        let isMasked = second & 0x80 != 0
        if isMasked != (role == .server) { throw isMasked ? .maskedFrame : .unmaskedFrame }
        if opcode.isControl, second & 0x7F > 125 { throw .controlFrameTooLong }
        guard let (length, lengthEnd) = try Self.readLength(second & 0x7F, of: buffer, at: start + 2) else {
            return nil
        }
        var end = lengthEnd
        if isMasked {
            guard let key = buffer.getInteger(at: end, endianness: .little, as: UInt32.self) else { return nil }
            mask = WebSocketMask(key: key)
            end += 4
        }
        buffer.moveReaderIndex(to: end)
        return WebSocketFrameHead(isFinal: isFinal, isCompressed: isCompressed, opcode: opcode, payloadLength: length)
    }

    private static func readLength(
        _ short: UInt8,
        of buffer: ByteBuffer,
        at index: Int
    ) throws(WebSocketViolation) -> (length: Int, end: Int)? {
        switch short {
        case 126:
            guard let length = buffer.getInteger(at: index, as: UInt16.self) else { return nil }
            guard length > 125 else { throw .lengthNotMinimal }
            return (Int(length), index + 2)
        case 127:
            guard let length = buffer.getInteger(at: index, as: UInt64.self) else { return nil }
            guard length > UInt64(UInt16.max) else { throw .lengthNotMinimal }
            guard let length = Int(exactly: length) else { throw .lengthTooLarge }
            return (length, index + 8)
        default:
            return (Int(short), index)
        }
    }
}
