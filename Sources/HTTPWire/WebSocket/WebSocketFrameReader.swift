import NIOCore

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
    /// - Parameter role: The side that reads.
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

    /// Reads the next frame from `buffer`, as ``next(_:)`` would in two events, if all of it has arrived and it is
    /// masked: most frames are read in one piece. Nil in all other cases, in which nothing has been read.
    mutating func nextWhole(
        _ buffer: inout ByteBuffer
    ) throws(WebSocketViolation) -> (head: WebSocketFrameHead, payload: ByteBuffer)? {
        guard head == nil, role == .server else { return nil }
        var payload = ByteBuffer()
        let found = try buffer.withUnsafeReadableBytes {
            (bytes) throws(WebSocketViolation) -> (head: WebSocketFrameHead, end: Int)? in
            guard let (head, mask, start) = try readHead(bytes), var mask, head.payloadLength <= bytes.count - start
            else { return nil }
            let end = start + head.payloadLength
            if end > start { payload.write(unmasking: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), &mask) }
            return (head, end)
        }
        guard let (head, end) = found else { return nil }
        buffer.moveReaderIndex(forwardBy: end)
        return (head, payload)
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
        let found = try buffer.withUnsafeReadableBytes { (bytes) throws(WebSocketViolation) in try readHead(bytes) }
        guard let (head, mask, end) = found else { return nil }
        self.mask = mask
        buffer.moveReaderIndex(forwardBy: end)
        return head
    }

    @inline(__always)
    private func readHead(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WebSocketViolation) -> (head: WebSocketFrameHead, mask: WebSocketMask?, end: Int)? {
        try WebSocketFrameHead.read(bytes, role: role, allowsCompression: allowsCompression)
    }
}
