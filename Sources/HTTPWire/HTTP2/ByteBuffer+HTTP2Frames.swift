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

    /// Writes a whole response in one go, since each call of a buffer costs as much as copying a hundred bytes: HEADERS,
    /// and DATA if there is content.
    ///
    /// - Parameters:
    ///   - block: The field block, which lacks only its Content-Length; small enough for one frame together with that.
    ///   - content: The content, small enough for one frame.
    public mutating func writeHTTP2Response(stream: UInt32, block: [UInt8], content: UnsafeRawBufferPointer) {
        reserveCapacity(minimumWritableBytes: 9 + block.count + 3 + 20 + 9 + content.count)
        let start = writerIndex
        let count = withVeryUnsafeMutableBytes { bytes in
            let space = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            var end = 9
            block.withUnsafeBytes { block in
                UnsafeMutableRawBufferPointer(rebasing: space[end...]).copyMemory(from: block)
                end += block.count
            }
            // A literal with the name at index 28, as 15 and 13 (RFC 7541 section 6.2.2).
            space[end] = 0x0F
            space[end + 1] = 0x0D
            let digits = UnsafeMutableRawBufferPointer(rebasing: space[(end + 3)...]).storeDecimal(content.count)
            space[end + 2] = UInt8(truncatingIfNeeded: digits)
            end += 3 + digits
            let flags: HTTP2FrameFlags = content.isEmpty ? [.endHeaders, .endStream] : .endHeaders
            space.storeHTTP2FrameHead(.headers, flags, stream: stream, length: end - 9)
            guard !content.isEmpty else { return end }
            let data = UnsafeMutableRawBufferPointer(rebasing: space[end...])
            data.storeHTTP2FrameHead(.data, .endStream, stream: stream, length: content.count)
            UnsafeMutableRawBufferPointer(rebasing: data[9...]).copyMemory(from: content)
            return end + 9 + content.count
        }
        moveWriterIndex(forwardBy: count)
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func storeHTTP2FrameHead(
        _ type: HTTP2FrameType,
        _ flags: HTTP2FrameFlags,
        stream: UInt32,
        length: Int
    ) {
        let word = UInt32(truncatingIfNeeded: length) << 8 | UInt32(type.rawValue)
        storeBytes(of: word.bigEndian, toByteOffset: 0, as: UInt32.self)
        storeBytes(of: flags.rawValue, toByteOffset: 4, as: UInt8.self)
        storeBytes(of: stream.bigEndian, toByteOffset: 5, as: UInt32.self)
    }

    /// Stores the digits of a number that is not negative, and returns how many there are.
    fileprivate func storeDecimal(_ number: Int) -> Int {
        var count = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        rest = number
        for place in stride(from: count - 1, through: 0, by: -1) {
            self[place] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        }
        return count
    }
}
