public import HTTPTypes
public import NIOCore

/// Extracts the content of one message from the bytes that follow its head (RFC 9112 section 6).
///
///     var decoder = BodyDecoder(framing: head.framing)
///     loop: while true {
///         switch try decoder.decode(&buffer) {
///         case .data(let bytes): use(bytes)
///         case .end(let trailers): break loop          // what is left in `buffer` belongs to the next message
///         case .needsMoreBytes: try await receive(into: &buffer)
///         }
///     }
///
/// Data is returned as it arrives and never collected; a slice shares the buffer's memory.
public struct BodyDecoder: Sendable {
    /// The next thing found in a body.
    public enum Event: Sendable {
        /// All bytes have been consumed: pass more, or call `finish` if the peer has closed its side.
        case needsMoreBytes
        /// Some content, at least one byte.
        case data(ByteBuffer)
        /// The end of the content. Only the chunked coding has trailers.
        case end(trailers: HTTPFields)
    }

    private enum State: Sendable {
        case length(remaining: Int)
        case chunked
        case untilClose
        case complete
    }

    private var state: State
    private var chunked: ChunkedDecoder?
    private var failure: HTTPParseError?
    private var consumed = 0

    /// Creates a decoder for the content of one message, framed as its head says.
    ///
    /// - Parameter limits: How long the parts may be.
    /// - Parameter framing: How the end of the content is found.
    /// - Parameter isResponse: Whether the message is a response. If so, white space after a chunk size is accepted,
    ///   folded trailers are unfolded, and fields that must not be trailers are dropped instead of being an error.
    public init(framing: BodyFraming, limits: BodyLimits = BodyLimits(), isResponse: Bool = false) {
        switch framing {
        case .none: state = .length(remaining: 0)
        case .contentLength(let length): state = .length(remaining: max(length, 0))
        case .chunked:
            state = .chunked
            chunked = ChunkedDecoder(limits: limits, isResponse: isResponse)
        case .untilClose: state = .untilClose
        }
    }

    /// Whether `end` has been returned.
    public var isComplete: Bool {
        if case .complete = state { true } else { false }
    }

    /// Decodes the next event from the buffer. Once the end has been returned it is returned again, without trailers,
    /// and the buffer is left alone.
    ///
    /// - Throws: The rule of the chunked coding that the bytes break; later calls throw the same error.
    public mutating func decode(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> Event {
        switch state {
        case .complete:
            return .end(trailers: [:])
        case .length(let remaining):
            guard remaining > 0 else { return end(trailers: [:]) }
            guard let slice = take(upTo: remaining, from: &buffer) else { return .needsMoreBytes }
            state = .length(remaining: remaining - slice.readableBytes)
            return .data(slice)
        case .untilClose:
            guard let slice = take(upTo: .max, from: &buffer) else { return .needsMoreBytes }
            return .data(slice)
        case .chunked:
            return try decodeChunked(&buffer)
        }
    }

    /// Call this when the peer has closed its side, which ends content framed by `untilClose`.
    ///
    /// - Throws: `truncatedBody` if the content has another framing and is not complete.
    public mutating func finish() throws(HTTPParseError) -> Event {
        switch state {
        case .complete, .untilClose, .length(remaining: 0):
            return end(trailers: [:])
        case .length, .chunked:
            throw failure ?? HTTPParseError(.truncatedBody, at: consumed)
        }
    }

    private mutating func decodeChunked(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> Event {
        if let failure { throw failure }
        let start = buffer.readerIndex
        do {
            guard let event = try chunked?.decode(&buffer, position: consumed) else { return end(trailers: [:]) }
            consumed += buffer.readerIndex - start
            if case .end(let trailers) = event { return end(trailers: trailers) }
            return event
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func end(trailers: HTTPFields) -> Event {
        state = .complete
        return .end(trailers: trailers)
    }

    private mutating func take(upTo limit: Int, from buffer: inout ByteBuffer) -> ByteBuffer? {
        let count = min(limit, buffer.readableBytes)
        guard count > 0, let slice = buffer.readSlice(length: count) else { return nil }
        consumed += count
        return slice
    }
}
