import HTTPWire
import NIOCore

/// A piece of content to send, in the form in which it was given.
enum OutgoingContent: Sendable {
    case none
    case text(String)
    case bytes([UInt8])
    case buffer(ByteBuffer)

    /// An array is not copied.
    init(_ bytes: some Sequence<UInt8>) {
        if let array = bytes as? [UInt8] { self = .bytes(array) } else { self = .buffer(ByteBuffer(bytes: bytes)) }
    }

    var byteCount: Int {
        switch self {
        case .none: 0
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .buffer(let buffer): buffer.readableBytes
        }
    }

    func append(to buffer: inout ByteBuffer) {
        switch self {
        case .none: break
        case .text(let text): buffer.writeString(text)
        case .bytes(let bytes): buffer.writeBytes(bytes)
        case .buffer(let other): buffer.writeImmutableBuffer(other)
        }
    }

    func append(to output: inout OutputBuffer) {
        if case .buffer(let buffer) = self {
            output.append(buffer)
        } else if byteCount > OutputBuffer.heldBytes {
            output.append(UnsentContent(self))
        } else {
            append(to: &output.tail)
        }
    }

    /// Appends the content, which is not empty, as one chunk (RFC 9112 section 7.1).
    func appendChunk(to output: inout OutputBuffer) {
        output.tail.writeChunkHead(byteCount: byteCount)
        append(to: &output)
        output.tail.writeStaticString("\r\n")
    }

    /// Calls `body` with the bytes of the content.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch self {
        case .none: return body(UnsafeRawBufferPointer(start: nil, count: 0))
        case .text(var text): return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .bytes(let bytes): return bytes.withUnsafeBytes(body)
        case .buffer(let buffer): return buffer.withUnsafeReadableBytes(body)
        }
    }

    /// The content as one buffer.
    var buffer: ByteBuffer {
        if case .buffer(let buffer) = self { return buffer }
        var buffer = ByteBuffer()
        append(to: &buffer)
        return buffer
    }
}
