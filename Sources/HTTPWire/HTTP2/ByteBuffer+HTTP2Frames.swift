public import HTTPTypes
public import NIOCore

/// The frames that an endpoint sends (RFC 9113 section 6).
extension ByteBuffer {
    /// Writes the 9 bytes of a frame's head.
    @inline(__always)
    public mutating func writeHTTP2FrameHead(
        _ type: HTTP2FrameType,
        _ flags: HTTP2FrameFlags = [],
        stream: UInt32,
        length: Int
    ) {
        let word = UInt32(truncatingIfNeeded: length) << 8 | UInt32(type.rawValue)
        writeMultipleIntegers(word, flags.rawValue, stream)
    }

    /// Writes SETTINGS.
    public mutating func writeHTTP2Settings(_ settings: [(HTTP2Settings.Identifier, Int)]) {
        writeHTTP2FrameHead(.settings, stream: 0, length: settings.count * 6)
        for (identifier, value) in settings {
            writeMultipleIntegers(identifier.rawValue, UInt32(clamping: value))
        }
    }

    /// Writes the acknowledgement of SETTINGS.
    public mutating func writeHTTP2SettingsAcknowledgement() {
        writeHTTP2FrameHead(.settings, .acknowledgement, stream: 0, length: 0)
    }

    /// Writes PING, or the answer to one.
    public mutating func writeHTTP2Ping(_ opaque: UInt64, isAcknowledgement: Bool) {
        writeHTTP2FrameHead(.ping, isAcknowledgement ? .acknowledgement : [], stream: 0, length: 8)
        writeInteger(opaque)
    }

    /// Writes RST_STREAM.
    public mutating func writeHTTP2Reset(stream: UInt32, _ code: HTTP2ErrorCode) {
        writeHTTP2FrameHead(.reset, stream: stream, length: 4)
        writeInteger(code.rawValue)
    }

    /// Writes WINDOW_UPDATE; `increment` is between 1 and 2^31-1.
    public mutating func writeHTTP2WindowUpdate(stream: UInt32, increment: Int) {
        writeHTTP2FrameHead(.windowUpdate, stream: stream, length: 4)
        writeInteger(UInt32(clamping: increment))
    }

    /// Writes GOAWAY, with a text for debugging.
    public mutating func writeHTTP2GoAway(lastStream: UInt32, _ code: HTTP2ErrorCode, text: String = "") {
        writeHTTP2FrameHead(.goAway, stream: 0, length: 8 + text.utf8.count)
        writeMultipleIntegers(lastStream, code.rawValue)
        writeString(text)
    }

    /// Writes a field block: HEADERS, and as many CONTINUATION frames as it needs.
    ///
    /// - Parameter encode: Writes the block.
    public mutating func writeHTTP2Headers(
        stream: UInt32,
        endsStream: Bool,
        maximumFrameSize: Int,
        _ encode: (inout ByteBuffer) -> Void
    ) {
        let start = writerIndex
        writeHTTP2FrameHead(.headers, stream: stream, length: 0)
        encode(&self)
        let length = writerIndex - start - 9
        let flags: HTTP2FrameFlags = endsStream ? .endStream : []
        if length <= maximumFrameSize {
            setInteger(UInt32(truncatingIfNeeded: length) << 8 | UInt32(HTTP2FrameType.headers.rawValue), at: start)
            setInteger(flags.union(.endHeaders).rawValue, at: start + 4)
            return
        }
        guard var block = getSlice(at: start + 9, length: length) else { return }
        moveWriterIndex(to: start)
        var type = HTTP2FrameType.headers
        while let part = block.readSlice(length: min(block.readableBytes, maximumFrameSize)), part.readableBytes > 0 {
            var flags = type == .headers ? flags : []
            if block.readableBytes == 0 { flags.insert(.endHeaders) }
            writeHTTP2FrameHead(type, flags, stream: stream, length: part.readableBytes)
            writeImmutableBuffer(part)
            type = .continuation
        }
    }
}
