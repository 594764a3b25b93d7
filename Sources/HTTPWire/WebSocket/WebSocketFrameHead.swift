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

    /// The longest head: two bytes, the length in eight, and a mask.
    static let maximumLength = 14

    /// Writes the head to the beginning of `target`, which has room for the longest one; returns where the payload
    /// begins.
    @inline(__always)
    func write(to target: UnsafeMutableRawBufferPointer, mask: WebSocketMask?) -> Int {
        target[0] = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        var end = 2
        switch payloadLength {
        case ...125:
            target[1] = maskBit | UInt8(truncatingIfNeeded: payloadLength)
        case ...Int(UInt16.max):
            target[1] = maskBit | 126
            let length = UInt16(truncatingIfNeeded: payloadLength)
            target.storeBytes(of: length.bigEndian, toByteOffset: 2, as: UInt16.self)
            end = 4
        default:
            target[1] = maskBit | 127
            let length = UInt64(truncatingIfNeeded: payloadLength)
            target.storeBytes(of: length.bigEndian, toByteOffset: 2, as: UInt64.self)
            end = 10
        }
        guard let mask else { return end }
        target.storeBytes(of: mask.wireKey.littleEndian, toByteOffset: end, as: UInt32.self)
        return end + 4
    }

    /// Reads the head that `bytes` begin with.
    ///
    /// - Returns: The head, its mask, and where the payload begins; nil if the head is not complete.
    /// - Throws: The first rule that the bytes break, even if the rest of the head has not arrived.
    @inline(__always)
    static func read(
        _ bytes: UnsafeRawBufferPointer,
        role: WebSocketRole,
        allowsCompression: Bool
    ) throws(WebSocketViolation) -> (head: WebSocketFrameHead, mask: WebSocketMask?, end: Int)? {
        guard let first = bytes.first else { return nil }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { throw .reservedOpcode(first & 0x0F) }
        let (isFinal, isCompressed) = (first & 0x80 != 0, first & 0x40 != 0)
        guard first & 0x30 == 0, !isCompressed || (allowsCompression && !opcode.isControl) else { throw .reservedBits }
        if opcode.isControl, !isFinal { throw .fragmentedControlFrame }
        guard bytes.count > 1 else { return nil }
        let second = bytes[1]
        let isMasked = second & 0x80 != 0
        if isMasked != (role == .server) { throw isMasked ? .maskedFrame : .unmaskedFrame }
        if opcode.isControl, second & 0x7F > 125 { throw .controlFrameTooLong }
        guard let (length, lengthEnd) = try readLength(second & 0x7F, of: bytes) else { return nil }
        var (mask, end) = (WebSocketMask?.none, lengthEnd)
        if isMasked {
            guard bytes.count - end >= 4 else { return nil }
            let key = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self))
            mask = WebSocketMask(key: key)
            end += 4
        }
        let head = WebSocketFrameHead(
            isFinal: isFinal,
            isCompressed: isCompressed,
            opcode: opcode,
            payloadLength: length
        )
        return (head, mask, end)
    }

    /// The length that is announced after the first two bytes, the second of which has this one; nil if it is not
    /// complete.
    @inline(__always)
    private static func readLength(
        _ short: UInt8,
        of bytes: UnsafeRawBufferPointer
    ) throws(WebSocketViolation) -> (length: Int, end: Int)? {
        switch short {
        case 126:
            guard bytes.count >= 4 else { return nil }
            let length = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            guard length > 125 else { throw .lengthNotMinimal }
            return (Int(length), 4)
        case 127:
            guard bytes.count >= 10 else { return nil }
            let length = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            guard length > UInt64(UInt16.max) else { throw .lengthNotMinimal }
            guard let length = Int(exactly: length) else { throw .lengthTooLarge }
            return (length, 10)
        default:
            return (Int(short), 2)
        }
    }
}
