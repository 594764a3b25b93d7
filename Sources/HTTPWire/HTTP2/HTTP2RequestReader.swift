public import HTTPTypes
public import NIOCore

/// Reads one request after its head, and checks that its content and its trailers conform to RFC 9113 section 8. The
/// head itself comes from an ``HTTP2MessageDecoder``.
///
/// A plain value without a socket. Nothing can be read after an error.
public struct HTTP2RequestReader: Sendable {
    /// The meaning of a field block after the head.
    public enum Event: Sendable {
        /// The fields after the content, which is complete.
        case trailers(HTTPFields)
        /// The trailers would be wrong over HTTP/1.1, too. The content can't be read to its end, but the request can be
        /// answered.
        case refused(HTTPParseError)
    }

    /// The number of the stream.
    public let stream: UInt32
    private var meter: HTTP2ContentMeter
    /// Whether the client has ended the request.
    public private(set) var isEnded: Bool

    /// A reader for the request on `stream` whose head has arrived.
    ///
    /// - Parameter head: The head of the request.
    /// - Parameter stream: The number of its stream.
    /// - Parameter endsStream: Whether nothing follows the head.
    public init(stream: UInt32, head: borrowing RequestHead, endsStream: Bool) {
        self.stream = stream
        self.isEnded = endsStream
        // The bytes of a tunnel are not content.
        if case .contentLength(let length) = head.framing, head.method != .connect {
            self.meter = HTTP2ContentMeter(announced: length)
        } else {
            self.meter = HTTP2ContentMeter(announced: nil)
        }
    }

    /// A reader for a malformed request on `stream`, whose content may have any length.
    public init(malformed stream: UInt32, endsStream: Bool) {
        self.stream = stream
        self.isEnded = endsStream
        self.meter = HTTP2ContentMeter(announced: nil)
    }

    /// How many bytes of content have arrived.
    public var receivedBytes: Int { meter.received }

    /// Receives bytes of content.
    ///
    /// - Throws: The error that ends the stream.
    public mutating func receive(byteCount count: Int) throws(HTTP2Error) {
        guard !isEnded else { throw .dataAfterEnd(stream) }
        try meter.receive(count, stream: stream)
    }

    /// Receives the end of the stream after content.
    ///
    /// - Throws: The error that ends the stream.
    public mutating func end() throws(HTTP2Error) {
        try meter.end(stream: stream)
        isEnded = true
    }

    /// Receives a field block.
    ///
    /// - Parameters:
    ///   - block: A complete field block.
    ///   - endsStream: Whether nothing follows.
    ///   - decoder: The decoder of the connection.
    /// - Throws: The error that ends the stream, or the connection.
    public mutating func receive(
        _ block: ByteBuffer,
        endsStream: Bool,
        decoder: inout HTTP2MessageDecoder
    ) throws(HTTP2Error) -> Event {
        guard !isEnded else {
            try decoder.skip(block)
            throw .headersAfterEnd(stream)
        }
        switch try decoder.decodeTrailers(block, stream: stream) {
        case .message(let trailers):
            guard endsStream else { throw .endlessTrailers(stream) }
            try end()
            return .trailers(trailers)
        case .malformed(let error):
            throw error
        case .refused(let error):
            isEnded = endsStream
            return .refused(error)
        }
    }
}
