import HTTPWire
import NIOCore

/// Frames of WebSockets, right and wrong ones, as a script says.
enum WebSocketScript {
    private static let texts = ["", "Hello", "h\u{E9}llo \u{1F426}", String(repeating: "long ", count: 400)]

    static func writeFrame(_ script: inout Script, mask: WebSocketMask?, to buffer: inout ByteBuffer) {
        switch script.number(below: 12) {
        case 0...2:
            buffer.writeWebSocketFrame(text: script.choose(texts), mask: mask)
        case 3:
            buffer.writeWebSocketFrame(.binary, ByteBuffer(bytes: script.bytes(script.number(below: 40))), mask: mask)
        case 4:
            // The beginning of a message, or its middle, or its end.
            let opcode = script.choose([WebSocketOpcode.text, .continuation, .continuation])
            let isFinal = script.flag()
            buffer.writeWebSocketFrame(opcode, ByteBuffer(string: script.choose(texts)), isFinal: isFinal, mask: mask)
        case 5: buffer.writeWebSocketFrame(.ping, ByteBuffer(bytes: script.bytes(script.number(below: 8))), mask: mask)
        case 6: buffer.writeWebSocketFrame(.pong, ByteBuffer(bytes: script.bytes(script.number(below: 8))), mask: mask)
        case 7:
            let code = script.choose([1000, 1001, 1002, 1009, 3000, 999, 1005, 5000] as [UInt16])
            buffer.writeWebSocketClose(WebSocketClose(WebSocketCloseCode(rawValue: code)), mask: mask)
        case 8:
            // Compressed, mostly not a compression.
            let payload =
                script.flag() ? [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00] : script.bytes(script.number(below: 16))
            buffer.writeWebSocketFrame(.text, ByteBuffer(bytes: payload), isCompressed: true, mask: mask)
        case 9:
            // Not UTF-8.
            buffer.writeWebSocketFrame(.text, ByteBuffer(bytes: [0xC3, 0x28]), mask: mask)
        case 10:
            // Longer than it becomes.
            buffer.writeWebSocketHead(.binary, length: Int(script.byte()) << script.number(below: 32), mask: mask)
        default:
            buffer.writeBytes(script.bytes(1 + script.number(below: 16)))
        }
    }
}
