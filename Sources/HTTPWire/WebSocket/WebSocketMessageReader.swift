import NIOCore

/// Reads messages from what a peer sends: fragments, compressed or not, with control frames between them.
///
///     var reader = WebSocketMessageReader(role: .server, maximumMessageSize: 1 << 20)
///     reader.append(received)
///     while case let event = try reader.next(), event != .needsMoreBytes { … }
///
/// Messages are not collected: their parts are delivered as they arrive, so that the caller decides how much to hold in
/// memory. A message that is too big is rejected by its announced length, and a compressed one as soon as too much has
/// been decompressed. After an error every call throws it again.
public struct WebSocketMessageReader {
    /// Something that the peer has sent.
    public enum Event: Sendable, Hashable {
        /// More bytes are needed.
        case needsMoreBytes
        /// A message, or a part of one.
        case part(WebSocketMessagePart)
        /// A ping, to be answered by a pong with the same bytes.
        case ping(ByteBuffer)
        /// A pong.
        case pong(ByteBuffer)
        /// The peer's close frame; anything that follows is meaningless.
        case close(WebSocketClose)
    }

    private struct Message {
        let kind: WebSocketMessageKind
        let isCompressed: Bool
        var size = 0
        var text = UTF8Check()
        var isFirst = true
    }

    /// How many bytes of a compressed message are decompressed at a time.
    private static let inflatedBytes = 65_536
    /// How much more memory than four times their size they may retain.
    private static let inflatedSlack = 1_024

    private let maximumMessageSize: Int?
    private var frames: WebSocketFrameReader
    private let inflater: MessageInflater?
    private var input = InputBuffer()
    private var head: WebSocketFrameHead?
    private var message: Message?
    /// Compressed bytes that have not been decompressed yet, and whether the message ends with them.
    private var compressed: (bytes: ByteBuffer, isEnd: Bool)?
    private var failure: WebSocketViolation?

    /// Creates a reader of the messages that this side receives.
    ///
    /// - Parameters:
    ///   - role: The role of this side.
    ///   - maximumMessageSize: The maximum size of a message in bytes, after decompression; nil for no limit.
    ///   - deflate: The negotiated parameters of compression; nil for none.
    public init(role: WebSocketRole, maximumMessageSize: Int?, deflate: PerMessageDeflate? = nil) {
        self.maximumMessageSize = maximumMessageSize
        self.frames = WebSocketFrameReader(role: role, allowsCompression: deflate != nil)
        self.inflater = deflate.map { MessageInflater($0, peer: role == .server ? .client : .server) }
    }

    /// How many received bytes have not been read yet.
    public var bufferedBytes: Int { input.readableBytes + (compressed?.bytes.readableBytes ?? 0) }

    /// Whether a message has begun and not ended.
    public var isInsideMessage: Bool { message != nil }

    /// The memory that these bytes occupy.
    package var capacity: Int { input.capacity + (compressed?.bytes.storageCapacity ?? 0) }

    /// How many bytes have been copied so far.
    package var copiedBytes: Int { input.copiedBytes }

    /// Adds received bytes.
    public mutating func append(_ bytes: ByteBuffer) {
        input.append(bytes)
    }

    /// The next event.
    public mutating func next() throws(WebSocketViolation) -> Event {
        if let failure { throw failure }
        do throws(WebSocketViolation) {
            return try advance()
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func advance() throws(WebSocketViolation) -> Event {
        while true {
            if compressed != nil, let part = try inflate() { return .part(part) }
            if let (head, payload) = try frames.nextWhole(&input.bytes) {
                try begin(head)
                if let event = try received(payload, isLast: true) { return event }
                continue
            }
            switch try frames.next(&input.bytes) {
            case .needsMoreBytes:
                guard input.readMore() else { return .needsMoreBytes }
            case .head(let head):
                try begin(head)
            case .payload(let bytes, let isLast):
                if let event = try received(bytes, isLast: isLast) { return event }
            }
        }
    }

    private mutating func begin(_ head: WebSocketFrameHead) throws(WebSocketViolation) {
        self.head = head
        guard !head.opcode.isControl else { return }
        if head.opcode == .continuation {
            guard message != nil else { throw .unexpectedContinuation }
            guard !head.isCompressed else { throw .reservedBits }
        } else {
            guard message == nil else { throw .unfinishedMessage }
            message = Message(kind: head.opcode == .text ? .text : .binary, isCompressed: head.isCompressed)
        }
        guard let size = message?.size, message?.isCompressed == false, let maximumMessageSize else { return }
        guard head.payloadLength <= maximumMessageSize - size else { throw .messageTooBig(limit: maximumMessageSize) }
        message?.size = size + head.payloadLength
    }

    private mutating func received(_ bytes: ByteBuffer, isLast: Bool) throws(WebSocketViolation) -> Event? {
        guard let head else { return nil }
        switch head.opcode {
        case .ping: return .ping(bytes)
        case .pong: return .pong(bytes)
        case .close: return .close(try Self.close(bytes))
        case .text, .binary, .continuation:
            let isEnd = isLast && head.isFinal
            guard message?.isCompressed == true else { return try deliver(bytes, isEnd: isEnd).map { .part($0) } }
            var bytes = bytes
            // The sender has omitted the tail (RFC 7692 section 7.2.2).
            if isEnd { bytes.writeImmutableBuffer(MessageInflater.tail) }
            compressed = (bytes, isEnd)
            return nil
        }
    }

    /// Decompresses some of the compressed bytes; nil if there are none, or there is no output.
    private mutating func inflate() throws(WebSocketViolation) -> WebSocketMessagePart? {
        guard var (bytes, isEnd) = compressed, let inflater, let size = message?.size else { return nil }
        compressed = nil
        let room = maximumMessageSize.map { $0 - size } ?? .max
        // One byte more than allowed, so that a message of exactly the maximum size passes.
        let limit = room < Self.inflatedBytes ? room + 1 : Self.inflatedBytes
        var output = ByteBuffer()
        var violation: WebSocketViolation?
        do throws(ContentCodingError) {
            try inflater.inflate(&bytes, into: &output, upTo: limit)
            let isExhausted = output.readableBytes < limit
            if !isExhausted { compressed = (bytes, isEnd) }
            if isExhausted, isEnd { try inflater.endMessage() }
            isEnd = isEnd && isExhausted
        } catch {
            // Where the compression ends too early, the bytes that end every message have been taken for content.
            if error == .truncated { throw .corruptCompression(error) }
            violation = .corruptCompression(error)
        }
        if let maximumMessageSize, output.readableBytes > room {
            violation = .messageTooBig(limit: maximumMessageSize)
            output.moveWriterIndex(to: output.readerIndex + room)
        }
        message?.size = size + output.readableBytes
        // The bytes before a violation are judged first, so that the outcome does not depend on how they arrive.
        let part = try deliver(output.compacted(beyond: Self.inflatedSlack), isEnd: isEnd && violation == nil)
        if let violation { throw violation }
        return part
    }

    private mutating func deliver(_ bytes: ByteBuffer, isEnd: Bool) throws(WebSocketViolation) -> WebSocketMessagePart?
    {
        guard var message else { return nil }
        if message.kind == .text, !message.text.take(bytes) || (isEnd && !message.text.isComplete) {
            throw .invalidUTF8
        }
        let isFirst = message.isFirst
        if bytes.readableBytes > 0 { message.isFirst = false }
        self.message = isEnd ? nil : message
        guard bytes.readableBytes > 0 || isEnd else { return nil }
        return WebSocketMessagePart(kind: message.kind, bytes: bytes, isFirst: isFirst, isLast: isEnd)
    }

    private static func close(_ payload: ByteBuffer) throws(WebSocketViolation) -> WebSocketClose {
        var payload = payload
        guard payload.readableBytes > 0 else { return WebSocketClose(nil) }
        guard let number = payload.readInteger(as: UInt16.self) else { throw .truncatedCloseCode }
        let code = WebSocketCloseCode(rawValue: number)
        guard code.canBeSent else { throw .invalidCloseCode(number) }
        var check = UTF8Check()
        guard check.take(payload), check.isComplete else { throw .invalidUTF8 }
        return WebSocketClose(code, reason: String(buffer: payload))
    }
}

/// A part of a message, or all of it.
public struct WebSocketMessagePart: Sendable, Hashable {
    /// Whether the message is text or binary.
    public let kind: WebSocketMessageKind
    /// The bytes; only the last part can be empty. A part of a text can end inside a character.
    public package(set) var bytes: ByteBuffer
    /// Whether the message begins with this part.
    public let isFirst: Bool
    /// Whether the message ends with this part.
    public package(set) var isLast: Bool
}
