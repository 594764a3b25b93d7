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
        payload.withUnsafeReadableBytes {
            writeFrame(opcode, $0, isFinal: isFinal, isCompressed: isCompressed, mask: mask)
        }
    }

    /// Appends a frame with a whole text message.
    public mutating func writeWebSocketFrame(text: String, mask: WebSocketMask? = nil) {
        var text = text
        text.withUTF8 { writeFrame(.text, UnsafeRawBufferPointer($0), mask: mask) }
    }

    /// Appends a frame in one go: each call of a buffer costs as much as copying a hundred bytes.
    @inline(__always)
    private mutating func writeFrame(
        _ opcode: WebSocketOpcode,
        _ payload: UnsafeRawBufferPointer,
        isFinal: Bool = true,
        isCompressed: Bool = false,
        mask: WebSocketMask?
    ) {
        let room = WebSocketFrameHead.maximumLength + payload.count
        writeWithUnsafeMutableBytes(minimumWritableBytes: room) { frame in
            let head = WebSocketFrameHead(
                isFinal: isFinal,
                isCompressed: isCompressed,
                opcode: opcode,
                payloadLength: payload.count
            )
            let start = head.write(to: frame, mask: mask)
            let target = UnsafeMutableRawBufferPointer(rebasing: frame[start...])
            if var mask { mask.apply(payload, into: target) } else { target.copyMemory(from: payload) }
            return start + payload.count
        }
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
        let head = WebSocketFrameHead(
            isFinal: isFinal,
            isCompressed: isCompressed,
            opcode: opcode,
            payloadLength: length
        )
        writeWithUnsafeMutableBytes(minimumWritableBytes: WebSocketFrameHead.maximumLength) {
            head.write(to: $0, mask: mask)
        }
    }
}
