import HTTPTypes
import HTTPWire
import NIOCore

/// The streams of a connection that have something to send, and how they take turns. A plain value without a channel.
struct HTTP2SendLine<Stream: HTTP2Stream> {
    /// A frame that is to be sent.
    enum Frame {
        case data(Stream, ByteBuffer, endsStream: Bool)
        /// The end of a message whose content has all been sent.
        case end(Stream, trailers: HTTPFields?)
    }

    /// How many frames a stream sends before it is the turn of others.
    private static var framesInTurn: Int { 4 }

    /// How many bytes of content the peer accepts on all streams together.
    private(set) var window = HTTP2SendWindow()
    private var waiting = CircularBuffer<Stream>(initialCapacity: 4)
    /// The streams that could send, but for which the window of the connection has no room.
    private var starved: [Stream] = []
    /// The stream whose turn it is, and how many frames are left of its turn.
    private var current: Stream?
    private var framesLeft = 0
    private var isSending = false

    /// Whether a stream has something to send.
    var isEmpty: Bool { waiting.isEmpty && current?.output.canSend != true }

    /// Puts the stream in line, if it has something to send.
    mutating func enter(_ stream: Stream) {
        if stream.output.enterLine() { waiting.append(stream) }
    }

    /// Removes a closed stream from the line.
    mutating func remove(_ stream: Stream) {
        if current === stream { current = nil }
        guard stream.output.leaveLine() else { return }
        waiting.removeAll { $0 === stream }
        starved.removeAll { $0 === stream }
    }

    mutating func removeAll() {
        waiting.removeAll()
        starved.removeAll()
        current = nil
    }

    /// WINDOW_UPDATE has arrived for the connection.
    mutating func growWindow(by increment: Int) throws(HTTP2Error) {
        try window.grow(by: increment, stream: nil)
    }

    /// Sending starts or resumes; false when it is in progress already. Followed by ``next(maximumFrameSize:)`` and
    /// ``pause()``.
    mutating func resume() -> Bool {
        guard !isSending else { return false }
        isSending = true
        if window.size > 0, !starved.isEmpty {
            waiting.append(contentsOf: starved)
            starved.removeAll()
        }
        return true
    }

    /// A whole message of the stream is being sent at once; false where it has to wait for its turn, or for room.
    mutating func sendWhole(_ byteCount: Int, of stream: Stream) -> Bool {
        guard !isSending, waiting.isEmpty, byteCount == 0 || byteCount <= window.size,
            stream.output.sendWhole(byteCount)
        else { return false }
        window.sent(byteCount)
        return true
    }

    /// The next frame; nil when there is none.
    mutating func next(maximumFrameSize: Int) -> Frame? {
        while let stream = current ?? beginTurn() {
            guard stream.output.canSend else {
                current = nil
                continue
            }
            switch stream.output.take(upTo: min(window.size, maximumFrameSize)) {
            case .content(let bytes, let endsStream):
                window.sent(bytes.readableBytes)
                framesLeft -= 1
                if endsStream {
                    current = nil
                } else if framesLeft == 0 {
                    current = nil
                    enter(stream)
                }
                return .data(stream, bytes, endsStream: endsStream)
            case .end(let trailers):
                current = nil
                return .end(stream, trailers: trailers)
            case nil:
                current = nil
                if stream.output.enterLine() { starved.append(stream) }
            }
        }
        return nil
    }

    /// Sending ends: nothing is left, or the channel accepts nothing for now. An unfinished turn starts over.
    mutating func pause() {
        isSending = false
        if let stream = current, stream.output.enterLine() { waiting.prepend(stream) }
        current = nil
    }

    private mutating func beginTurn() -> Stream? {
        guard let stream = waiting.popFirst() else { return nil }
        _ = stream.output.leaveLine()
        current = stream
        framesLeft = Self.framesInTurn
        return stream
    }
}
