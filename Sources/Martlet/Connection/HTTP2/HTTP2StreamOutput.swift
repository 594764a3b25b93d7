import HTTPTypes
import HTTPWire
import NIOCore

/// The output of one stream: the content that waits for room in the window, and the end of the message. A plain value
/// without a channel.
struct HTTP2StreamOutput {
    /// The next part of the message.
    enum Part {
        /// Content, which may be the last part.
        case content(ByteBuffer, endsStream: Bool)
        /// The end of a message whose content has all been sent.
        case end(trailers: HTTPFields?)
    }

    private enum Stage {
        /// More content follows.
        case open
        /// All content is in the queue, and these fields follow it.
        case complete(trailers: HTTPFields?)
        /// The end of the message has been sent.
        case ended
        /// The rest of the message is not sent.
        case stopped
    }

    private var stage: Stage
    private var queue = HTTP2SendQueue()
    /// How many bytes the peer accepts on the stream.
    private(set) var window: HTTP2SendWindow
    private var stall = HTTP2Stall()
    /// Whether the stream is in line to send.
    private var isInLine = false

    /// - Parameters:
    ///   - window: How many bytes the peer accepts initially.
    ///   - isEnded: Whether the head of the message ends it.
    init(window: Int, isEnded: Bool = false) {
        self.window = HTTP2SendWindow(window)
        self.stage = isEnded ? .ended : .open
    }

    // MARK: State

    /// How many bytes of content are queued.
    var byteCount: Int { queue.byteCount }

    /// How much memory they occupy.
    var capacity: Int { queue.capacity }

    /// Whether more content can be appended.
    var isOpen: Bool {
        if case .open = stage { true } else { false }
    }

    /// Whether the end of the message has been sent.
    var isEnded: Bool {
        if case .ended = stage { true } else { false }
    }

    /// Whether there is something to send, as far as the stream's own window is concerned.
    var canSend: Bool {
        switch stage {
        case .open: !queue.isEmpty && window.size > 0
        case .complete: queue.isEmpty || window.size > 0
        case .ended, .stopped: false
        }
    }

    private var endsWithContent: Bool {
        if case .complete(trailers: nil) = stage { true } else { false }
    }

    // MARK: The message

    /// Appends content.
    mutating func append(_ bytes: ByteBuffer) {
        queue.append(bytes)
    }

    /// Appends content that is converted to bytes when it is sent.
    mutating func append(_ content: UnsentContent) {
        queue.append(content)
    }

    /// No content follows what is in the queue.
    mutating func finish(trailers: HTTPFields? = nil) {
        if isOpen { stage = .complete(trailers: trailers) }
    }

    /// The head of the message is being sent. Returns whether it ends the message.
    mutating func endWithHead() -> Bool {
        guard queue.isEmpty, endsWithContent else { return false }
        stage = .ended
        return true
    }

    /// The whole message is being sent at once; false where it can't be.
    mutating func sendWhole(_ byteCount: Int) -> Bool {
        guard isOpen, queue.isEmpty, byteCount == 0 || byteCount <= window.size else { return false }
        window.sent(byteCount)
        stall.sent(byteCount)
        stage = .ended
        return true
    }

    /// Drops what has not been sent.
    mutating func stop() {
        queue.removeAll()
        if !isEnded { stage = .stopped }
    }

    /// Takes the next part, of at most `limit` bytes; nil when there is nothing to send, or no room.
    mutating func take(upTo limit: Int) -> Part? {
        if queue.isEmpty {
            guard case .complete(let trailers) = stage else { return nil }
            stage = .ended
            return .end(trailers: trailers)
        }
        let room = min(limit, window.size)
        guard room > 0, let bytes = queue.take(upTo: room) else { return nil }
        window.sent(bytes.readableBytes)
        stall.sent(bytes.readableBytes)
        guard queue.isEmpty, endsWithContent else { return .content(bytes, endsStream: false) }
        stage = .ended
        return .content(bytes, endsStream: true)
    }

    // MARK: The window

    /// WINDOW_UPDATE has arrived for the stream.
    mutating func growWindow(by increment: Int, stream: UInt32) throws(HTTP2Error) {
        try window.grow(by: increment, stream: stream)
    }

    /// SETTINGS_INITIAL_WINDOW_SIZE has changed.
    mutating func adjustWindow(by change: Int) throws(HTTP2Error) {
        try window.adjust(by: change)
    }

    /// Whether content waits for room in a window.
    ///
    /// - Parameter connectionWindow: How many bytes the peer accepts on all streams together.
    func isStuck(connectionWindow: Int) -> Bool {
        !queue.isEmpty && min(window.size, connectionWindow) <= 0
    }

    /// Whether the peer has granted no room, or hardly any, for longer than `limit`. Called periodically.
    mutating func hasStalled(connectionWindow: Int, now: NIODeadline, _ limit: Duration?) -> Bool {
        stall.hasLasted(now: now, isStuck: isStuck(connectionWindow: connectionWindow), limit)
    }

    // MARK: The line

    /// Puts the stream in line; false when it is there already, or has nothing to send.
    mutating func enterLine() -> Bool {
        guard !isInLine, canSend else { return false }
        isInLine = true
        return true
    }

    /// Takes the stream out of the line; false when it was not there.
    mutating func leaveLine() -> Bool {
        defer { isInLine = false }
        return isInLine
    }
}
