import NIOCore

/// Writes WebSocket frames (RFC 6455 section 5.2).
extension ByteBuffer {
    /// Appends a frame.
    ///
    /// - Parameters:
    ///   - opcode: The type of the frame.
    ///   - payload: The payload, at most 125 bytes for a control frame.
    ///   - isFinal: Whether this is the last frame of its message.
    ///   - isCompressed: Whether the message is compressed; only set this in the first of its frames.
    ///   - mask: The mask, a new one for each frame of a client; nil for a server.
    public mutating func writeWebSocketFrame(
        _ opcode: WebSocketOpcode,
        _ payload: ByteBuffer,
        isFinal: Bool = true,
        isCompressed: Bool = false,
        mask: WebSocketMask? = nil
    ) {
        let length = payload.readableBytes
        writeWebSocketHead(opcode, length: length, isFinal: isFinal, isCompressed: isCompressed, mask: mask)
        let start = writerIndex
        writeImmutableBuffer(payload)
        if var mask { self.mask(from: start, &mask) }
    }

    /// Appends a frame with a whole text message.
    public mutating func writeWebSocketFrame(text: String, mask: WebSocketMask? = nil) {
        var text = text
        text.makeContiguousUTF8()
        writeWebSocketHead(.text, length: text.utf8.count, mask: mask)
        let start = writerIndex
        writeString(text)
        if var mask { self.mask(from: start, &mask) }
    }

    /// Appends a close frame.
    public mutating func writeWebSocketClose(_ close: WebSocketClose, mask: WebSocketMask? = nil) {
        var payload = ByteBuffer()
        if let code = close.code {
            payload.writeInteger(code.rawValue)
            payload.writeString(close.reason)
        }
        writeWebSocketFrame(.close, payload, mask: mask)
    }

    /// Appends the head of a frame; the payload follows, not yet masked.
    public mutating func writeWebSocketHead(
        _ opcode: WebSocketOpcode,
        length: Int,
        isFinal: Bool = true,
        isCompressed: Bool = false,
        mask: WebSocketMask? = nil
    ) {
        let first = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        switch length {
        case ...125:
            writeMultipleIntegers(first, maskBit | UInt8(truncatingIfNeeded: length))
        case ...Int(UInt16.max):
            writeMultipleIntegers(first, maskBit | 126, UInt16(truncatingIfNeeded: length))
        default:
            writeMultipleIntegers(first, maskBit | 127, UInt64(truncatingIfNeeded: length))
        }
        if let mask { writeInteger(mask.wireKey, endianness: .little) }
    }
}
