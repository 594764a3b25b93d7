import HTTPWire
import NIOCore

/// The response on a client's stream, and its receive window. A plain value.
struct HTTP2ResponseInput {
    private var reader: HTTP2ResponseReader
    private var window: HTTP2ReceiveWindow

    init(_ reader: HTTP2ResponseReader, window: HTTP2ReceiveWindow) {
        self.reader = reader
        self.window = window
    }

    /// Whether the server has ended the stream.
    var isEnded: Bool { reader.isEnded }

    /// How many informational responses have arrived.
    var informationalCount: Int { reader.informationalCount }

    /// A field block has arrived.
    mutating func receive(
        _ block: ByteBuffer,
        endsStream: Bool,
        decoder: inout HTTP2MessageDecoder
    ) throws(HTTP2Error) -> HTTP2ResponseReader.Event {
        try reader.receive(block, endsStream: endsStream, decoder: &decoder)
    }

    /// Content has arrived, which counts for `flowBytes` in the window.
    mutating func receive(byteCount: Int, flowBytes: Int, endsStream: Bool) throws(HTTP2Error) {
        try window.receive(flowBytes, stream: reader.stream)
        try reader.receive(byteCount: byteCount, endsStream: endsStream)
    }

    /// Grows the server's window.
    ///
    /// - Parameters:
    ///   - isWanted: Whether the reader of the content has room for more.
    ///   - unread: How many bytes it has not read yet.
    /// - Returns: The increment for WINDOW_UPDATE; nil when that is not worth a frame.
    mutating func growWindow(isWanted: @autoclosure () -> Bool, unread: @autoclosure () -> Int) -> Int? {
        guard window.isLow, isWanted() else { return nil }
        return window.grow(unread: unread())
    }
}
