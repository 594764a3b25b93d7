import HTTPTypes
import HTTPWire
import NIOCore

/// Finds the end of a message's head and how its content is framed, which differs between requests and responses.
protocol MessageHeadParser {
    associatedtype Head: FramedHead

    /// Whether the messages are responses.
    static var readsResponses: Bool { get }

    /// Whether part of an incomplete head has been parsed.
    var hasStarted: Bool { get }

    /// Parses one head and consumes its bytes from the buffer; nil if more bytes are needed.
    mutating func parse(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> Head?
}

/// A head that says how its content is framed.
protocol FramedHead {
    var framing: BodyFraming { get }
}

extension RequestHead: FramedHead {}
extension ResponseHead: FramedHead {}
extension RequestHeadParser: MessageHeadParser {
    static var readsResponses: Bool { false }
}

/// Splits the bytes that arrive on a server's connection into requests.
typealias HTTP1RequestReader = HTTP1MessageReader<RequestHeadParser>

/// Splits the bytes that arrive on a connection into messages.
struct HTTP1MessageReader<Parser: MessageHeadParser> {
    enum Event {
        /// Everything that has arrived is consumed.
        case needsMoreBytes
        /// A message begins; its content follows until ``end``.
        case head(Parser.Head)
        /// Some of the message's content.
        case content(ByteBuffer)
        /// The message is complete.
        case end(trailers: HTTPFields)
        /// The bytes are not HTTP. Nothing can be read after that.
        case failed(HTTPParseError)
    }

    fileprivate var input = InputBuffer()
    var parser: Parser
    private var decoder: BodyDecoder?
    private var failure: HTTPParseError?
    /// The bytes of a head that could not be parsed.
    private var refusedInput: ByteBuffer?
    private let bodyLimits: BodyLimits

    init(parser: Parser, bodyLimits: BodyLimits = BodyLimits()) {
        self.parser = parser
        self.bodyLimits = bodyLimits
    }

    // Inlined, so that a connection asks for a property without a copy of its whole reader.

    /// Whether a head has been delivered whose message is not complete yet.
    @inline(__always)
    var isInsideMessage: Bool { decoder != nil }

    /// Whether part of a head has arrived.
    @inline(__always)
    var isInsideHead: Bool { parser.hasStarted || (decoder == nil && input.readableBytes > 0) }

    /// Whether the peer has sent, or is about to send, something that will not be read.
    @inline(__always)
    var hasUnreadInput: Bool { isInsideMessage || input.readableBytes > 0 || failure != nil }

    /// How many bytes have arrived and were not delivered.
    @inline(__always)
    var bufferedBytes: Int { input.readableBytes }

    /// How much memory the input occupies, in bytes.
    var capacity: Int { input.capacity }

    /// How many bytes were copied so far.
    var copiedBytes: Int { input.copiedBytes }

    mutating func append(_ bytes: ByteBuffer) {
        input.append(bytes)
    }

    mutating func next() -> Event {
        if let failure {
            return .failed(failure)
        }
        do throws(HTTPParseError) {
            while true {
                let event = try parse()
                if case .needsMoreBytes = event {
                    guard input.readMore() else { return event }
                } else {
                    input.release()
                    return event
                }
            }
        } catch {
            return fail(error)
        }
    }

    /// The outcome of the message when no more bytes will come. Call it once ``next()`` needs more.
    mutating func finish() -> Event {
        if let failure { return .failed(failure) }
        do throws(HTTPParseError) {
            guard case .end(let trailers) = try decoder?.finish() else {
                return fail(HTTPParseError(.truncatedHead, at: input.readableBytes))
            }
            decoder = nil
            return .end(trailers: trailers)
        } catch {
            return fail(error)
        }
    }

    /// Everything that has arrived and was not delivered, for another protocol.
    mutating func takeRemaining() -> ByteBuffer {
        input.takeAll()
    }

    private mutating func fail(_ error: HTTPParseError) -> Event {
        failure = error
        if decoder == nil { refusedInput = input.bytes }
        input = InputBuffer()
        return .failed(error)
    }

    private mutating func parse() throws(HTTPParseError) -> Event {
        if decoder != nil {
            switch try decoder?.decode(&input.bytes) {
            case .data(let bytes):
                return .content(bytes)
            case .end(let trailers):
                decoder = nil
                return .end(trailers: trailers)
            case .needsMoreBytes, nil:
                return .needsMoreBytes
            }
        }
        guard input.bytes.readableBytes > 0, let head = try parser.parse(&input.bytes) else {
            return .needsMoreBytes
        }
        if head.framing.hasContent {
            decoder = BodyDecoder(framing: head.framing, limits: bodyLimits, isResponse: Parser.readsResponses)
        }
        return .head(head)
    }
}

extension HTTP1MessageReader where Parser == RequestHeadParser {
    init(headLimits: HeadLimits, bodyLimits: BodyLimits = BodyLimits()) {
        self.init(parser: RequestHeadParser(limits: headLimits), bodyLimits: bodyLimits)
    }

    /// Whether what has arrived and was not delivered starts with `bytes`.
    mutating func starts(with bytes: some Sequence<UInt8>) -> Bool {
        while input.readMore() {}
        return input.bytes.readableBytesView.starts(with: bytes)
    }

    /// The part that has arrived of a head that could not be parsed, or is not complete.
    var refusedHead: RequestHead { RequestHead(refused: refusedInput ?? input.bytes) }

    /// Whether a head has been delivered whose request is not complete yet.
    @inline(__always)
    var isInsideRequest: Bool { isInsideMessage }
}
