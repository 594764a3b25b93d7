import HTTPWire
import NIOCore

/// The rest of a request after its head, on a server's stream, and its receive window. A plain value without a clock.
struct HTTP2RequestInput {
    private var reader: HTTP2RequestReader
    private var window: HTTP2ReceiveWindow
    private var hasSentContinue = false
    /// How the rest is drained once the request is answered.
    private var drain: HTTP2Drain?

    init(_ reader: HTTP2RequestReader, window: HTTP2ReceiveWindow) {
        self.reader = reader
        self.window = window
    }

    /// Whether the client has ended the stream.
    var isEnded: Bool { reader.isEnded }

    /// How many bytes of its window the client has used.
    var usedWindow: Int { window.limit - window.size }

    // MARK: What arrives

    /// Content has arrived, which counts for `flowBytes` in the window.
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

    /// A field block has arrived.
    mutating func receive(
        _ block: ByteBuffer,
        endsStream: Bool,
        decoder: inout HTTP2MessageDecoder
    ) throws(HTTP2Error) -> HTTP2RequestReader.Event {
        try reader.receive(block, endsStream: endsStream, decoder: &decoder)
    }

    // MARK: Informing the client

    /// A reader waits for content that the client announced with `Expect: 100-continue`. Returns whether to send 100
    /// (Continue), which is done once.
    mutating func sendsContinue() -> Bool {
        guard !hasSentContinue else { return false }
        hasSentContinue = true
        // A client that has begun to send has given up waiting (RFC 9110 section 10.1.1).
        return reader.receivedBytes == 0
    }

    /// Grows the client's window.
    ///
    /// - Parameters:
    ///   - isWanted: Whether the content is being read; otherwise the window grows only as far as content is dropped.
    ///   - unread: How many bytes have not been read yet.
    /// - Returns: The increment for WINDOW_UPDATE; nil when that is not worth a frame.
    mutating func growWindow(isWanted: @autoclosure () -> Bool, unread: @autoclosure () -> Int) -> Int? {
        guard !isEnded, window.isLow, isWanted() || drain?.grantsMore == true else { return nil }
        return window.grow(unread: unread())
    }

    // MARK: The rest of a request that is answered

    /// The request is answered, and its content is no longer read. False when there is no rest, or it is being dropped
    /// already.
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

    /// Whether the client's time to see the response is up.
    func isDrainOver(at now: NIODeadline) -> Bool { drain?.isOver(at: now) == true }
}
