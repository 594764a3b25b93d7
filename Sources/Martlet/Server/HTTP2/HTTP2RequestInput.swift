import HTTPWire
import NIOCore

/// What a stream of a server takes of its request after the head, and how much of it the client may send. A plain value
/// without a clock.
struct HTTP2RequestInput {
    private var reader: HTTP2RequestReader
    private var window: HTTP2ReceiveWindow
    private var hasSentContinue = false
    /// What becomes of the rest once the request is answered.
    private var drain: HTTP2Drain?

    init(_ reader: HTTP2RequestReader, window: HTTP2ReceiveWindow) {
        self.reader = reader
        self.window = window
    }

    /// Whether the client has sent all.
    var isEnded: Bool { reader.isEnded }

    /// How many bytes the client has sent of what it may send.
    var usedWindow: Int { window.limit - window.size }

    // MARK: What arrives

    /// Content has come, which counts for `flowBytes` in the window.
    mutating func receive(
        byteCount: Int,
        flowBytes: Int,
        now: @autoclosure () -> NIODeadline
    ) throws(HTTP2Error) {
        try reader.receive(byteCount: byteCount)
        try window.receive(flowBytes, stream: reader.stream)
        drain?.received(flowBytes, at: now())
    }

    /// The content ends without trailers.
    mutating func end() throws(HTTP2Error) {
        try reader.end()
    }

    /// A field block has come.
    mutating func receive(
        _ block: ByteBuffer,
        endsStream: Bool,
        decoder: inout HTTP2MessageDecoder
    ) throws(HTTP2Error) -> HTTP2RequestReader.Event {
        try reader.receive(block, endsStream: endsStream, decoder: &decoder)
    }

    // MARK: What the client is told

    /// A reader waits for content that the client announces with `Expect: 100-continue`. Whether to tell the client to go
    /// on, which is done once.
    mutating func sendsContinue() -> Bool {
        guard !hasSentContinue else { return false }
        hasSentContinue = true
        // A client that has begun to send has given up waiting (RFC 9110 section 10.1.1).
        return reader.receivedBytes == 0
    }

    /// Lets the client send more.
    ///
    /// - Parameters:
    ///   - isWanted: Whether the content is read; otherwise it is asked for only as far as it is dropped.
    ///   - unread: How many bytes wait for their reader.
    /// - Returns: The increment for WINDOW_UPDATE; nil when that is not worth a frame.
    mutating func growWindow(isWanted: @autoclosure () -> Bool, unread: @autoclosure () -> Int) -> Int? {
        guard !isEnded, window.isLow, isWanted() || drain?.grantsMore == true else { return nil }
        return window.grow(unread: unread())
    }

    // MARK: The rest of a request that is answered

    /// The request is answered, and its content not read any more. False when there is no rest, or it is dropped already.
    mutating func beginDrain(upTo allowance: Int) -> Bool {
        guard drain == nil, !isEnded else { return false }
        drain = HTTP2Drain(upTo: allowance)
        return true
    }

    /// The end of the response has been sent.
    mutating func answered(at now: NIODeadline) {
        drain?.answered(at: now)
    }

    /// The connection is about to close.
    mutating func hurry(at now: NIODeadline) {
        drain?.hurry(at: now)
    }

    /// Whether the rest of the request is dropped.
    var isDraining: Bool { drain != nil }

    /// Whether the client has had its time to see the response.
    func isDrainOver(at now: NIODeadline) -> Bool { drain?.isOver(at: now) == true }
}
