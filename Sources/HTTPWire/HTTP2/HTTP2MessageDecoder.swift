public import HTTPTypes
public import NIOCore

/// Decodes the field blocks of one HTTP/2 connection into the heads and the trailers of its messages (RFC 9113 section
/// 8).
///
/// A message has the same form as over HTTP/1.1, and the same limits; a request has a target in one of the same forms,
/// `Host`, and a single `Cookie`.
public struct HTTP2MessageDecoder: Sendable {
    /// The result of decoding a field block.
    public enum Outcome<Message: Sendable>: Sendable {
        case message(Message)
        /// The block violates HTTP/2, which ends the stream.
        case malformed(HTTP2Error)
        /// The message would be wrong over HTTP/1.1, too. A request is answered with the status of the error.
        case refused(HTTPParseError)
    }

    /// The parts of the last refused request that could be read (``Outcome/refused(_:)``).
    public private(set) var refusedRequest: RequestHead?

    private var decoder = FieldSectionDecoder()
    private var memory = HTTP2FieldAssembler.Memory()
    private let headLimits: HeadLimits
    private let trailerLimits: HeadLimits

    /// A decoder for a new connection.
    public init(headLimits: HeadLimits = HeadLimits(), bodyLimits: BodyLimits = BodyLimits()) {
        self.headLimits = headLimits.clamped
        self.trailerLimits = bodyLimits.trailerLimits
    }

    /// How large a field section may be, as announced to the peer (SETTINGS_MAX_HEADER_LIST_SIZE).
    public var listLimit: Int { headLimits.headBytes }

    /// Fields beyond the limit are still decoded, to keep the connection usable, up to a point.
    private var decodingLimit: Int { max(headLimits.headBytes, 65_536) * 16 }

    /// Decodes the head of a request.
    ///
    /// - Parameters:
    ///   - block: A complete field block.
    ///   - stream: The request's stream.
    ///   - endsStream: Whether no content follows.
    /// - Throws: What ends the connection.
    public mutating func decodeRequest(
        _ block: ByteBuffer,
        stream: UInt32,
        endsStream: Bool
    ) throws(HTTP2Error) -> Outcome<RequestHead> {
        var assembler = try decode(block, as: .request, headLimits)
        defer { assembler.giveBack(to: &memory) }
        do throws(HTTP2FieldAssembler.Rejection) {
            return .message(try assembler.makeRequestHead(endsStream: endsStream))
        } catch {
            if case .refused = error { refusedRequest = assembler.makeRefusedRequest() }
            return error.outcome(stream)
        }
    }

    /// Decodes the head of a response.
    ///
    /// - Parameters:
    ///   - block: A complete field block.
    ///   - method: That of the request.
    ///   - stream: The response's stream.
    ///   - endsStream: Whether no content follows.
    /// - Throws: What ends the connection.
    public mutating func decodeResponse(
        _ block: ByteBuffer,
        to method: HTTPRequest.Method,
        stream: UInt32,
        endsStream: Bool
    ) throws(HTTP2Error) -> Outcome<ResponseHead> {
        var assembler = try decode(block, as: .response, headLimits)
        defer { assembler.giveBack(to: &memory) }
        do throws(HTTP2FieldAssembler.Rejection) {
            return .message(try assembler.makeResponseHead(to: method, endsStream: endsStream))
        } catch {
            return error.outcome(stream)
        }
    }

    /// Decodes the trailers of a message.
    ///
    /// - Parameters:
    ///   - block: A complete field block.
    ///   - stream: The message's stream.
    ///   - isResponse: Whether the message is a response, from which fields that must not be trailers are left out.
    /// - Throws: What ends the connection.
    public mutating func decodeTrailers(
        _ block: ByteBuffer,
        stream: UInt32,
        isResponse: Bool = false
    ) throws(HTTP2Error) -> Outcome<HTTPFields> {
        var assembler = try decode(block, as: isResponse ? .responseTrailers : .trailers, trailerLimits)
        defer { assembler.giveBack(to: &memory) }
        do throws(HTTP2FieldAssembler.Rejection) {
            return .message(try assembler.makeTrailers())
        } catch {
            return error.outcome(stream)
        }
    }

    /// Decodes a block whose fields are not needed: later blocks build on it.
    public mutating func skip(_ block: ByteBuffer) throws(HTTP2Error) {
        try decoder.decode(block, limit: decodingLimit) { _ in }
    }

    @inline(never)
    private mutating func decode(
        _ block: ByteBuffer,
        as section: FieldSection,
        _ limits: HeadLimits
    ) throws(HTTP2Error) -> HTTP2FieldAssembler {
        var assembler = HTTP2FieldAssembler(section, limits: limits, &memory)
        try decoder.decode(block, limit: decodingLimit) { assembler.add($0) }
        return assembler
    }
}

extension HTTP2FieldAssembler.Rejection {
    fileprivate func outcome<Message>(_ stream: UInt32) -> HTTP2MessageDecoder.Outcome<Message> {
        switch self {
        case .malformed(let reason, let section):
            .malformed(HTTP2Error(.protocolError, stream: stream, "\(reason) (RFC 9113 section \(section))"))
        case .refused(let error):
            .refused(error)
        }
    }
}
