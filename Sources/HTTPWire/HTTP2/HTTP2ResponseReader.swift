public import HTTPTypes
public import NIOCore

/// Reads one response from the field blocks and the content that arrive on one stream, and checks that it conforms to
/// RFC 9113 section 8.
///
/// A plain value without a socket. Nothing can be read after an error.
public struct HTTP2ResponseReader: Sendable {
    /// The meaning of a field block.
    public enum Event: Sendable {
        /// A response that announces the final one (RFC 9110 section 15.2).
        case informational(ResponseHead)
        /// The final response begins.
        case head(ResponseHead)
        /// The fields after the content, which is complete.
        case trailers(HTTPFields)
    }

    private enum Stage {
        case head
        case content(HTTP2ContentMeter)
        case ended
    }

    /// The number of the stream.
    public let stream: UInt32
    private let method: HTTPRequest.Method
    private var stage = Stage.head
    /// How many informational responses have arrived.
    public private(set) var informationalCount = 0

    /// A reader for the response on `stream` to a request with `method`.
    public init(stream: UInt32, method: HTTPRequest.Method) {
        self.stream = stream
        self.method = method
    }

    /// Whether the response is complete.
    public var isEnded: Bool {
        if case .ended = stage { true } else { false }
    }

    /// Receives a field block.
    ///
    /// - Parameters:
    ///   - block: A complete field block.
    ///   - endsStream: Whether nothing follows.
    ///   - decoder: That of the connection.
    /// - Throws: What ends the stream, or the connection.
    public mutating func receive(
        _ block: ByteBuffer,
        endsStream: Bool,
        decoder: inout HTTP2MessageDecoder
    ) throws(HTTP2Error) -> Event {
        switch stage {
        case .head:
            let outcome = try decoder.decodeResponse(block, to: method, stream: stream, endsStream: endsStream)
            let head = try message(outcome)
            guard head.statusCode >= 200 else {
                informationalCount += 1
                return .informational(head)
            }
            stage = .content(HTTP2ContentMeter(announced: head.framing.announcedContent))
            if endsStream { try end() }
            return .head(head)
        case .content:
            let trailers = try message(decoder.decodeTrailers(block, stream: stream, isResponse: true))
            guard endsStream else {
                throw .endlessTrailers(stream)
            }
            try end()
            return .trailers(trailers)
        case .ended:
            try decoder.skip(block)
            throw .headersAfterEnd(stream)
        }
    }

    /// Receives bytes of content.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - endsStream: Whether nothing follows.
    /// - Throws: What ends the stream.
    public mutating func receive(byteCount count: Int, endsStream: Bool) throws(HTTP2Error) {
        switch stage {
        case .head:
            throw HTTP2Error(.protocolError, stream: stream, "Content before the head (RFC 9113 section 8.1)")
        case .content(var meter):
            try meter.receive(count, stream: stream)
            stage = .content(meter)
            if endsStream { try end() }
        case .ended:
            throw .dataAfterEnd(stream)
        }
    }

    private mutating func end() throws(HTTP2Error) {
        if case .content(let meter) = stage { try meter.end(stream: stream) }
        stage = .ended
    }

    private func message<Message>(
        _ outcome: HTTP2MessageDecoder.Outcome<Message>
    ) throws(HTTP2Error) -> Message {
        switch outcome {
        case .message(let message):
            return message
        case .malformed(let error):
            throw error
        case .refused(let error):
            throw HTTP2Error(.protocolError, stream: stream, error.reason.explanation)
        }
    }
}

extension HTTP2Error {
    static func endlessTrailers(_ stream: UInt32) -> HTTP2Error {
        HTTP2Error(.protocolError, stream: stream, "Trailers that don't end the stream (RFC 9113 section 8.1)")
    }

    package static func headersAfterEnd(_ stream: UInt32) -> HTTP2Error {
        HTTP2Error(.streamClosed, stream: stream, "HEADERS after the end (RFC 9113 section 5.1)")
    }

    static func dataAfterEnd(_ stream: UInt32) -> HTTP2Error {
        HTTP2Error(.streamClosed, stream: stream, "DATA after the end (RFC 9113 section 6.1)")
    }
}

extension BodyFraming {
    /// How much content a head announces; nil if it announces no length.
    fileprivate var announcedContent: Int? {
        switch self {
        case .none: 0
        case .contentLength(let length): length
        case .chunked, .untilClose: nil
        }
    }
}
