import HTTPTypes
import HTTPWire
import NIOCore

/// Cuts the bytes that arrive on a server's connection into requests.
struct HTTP1RequestReader {
    enum Event {
        /// What has arrived is used up.
        case needsMoreBytes
        /// A request begins; its content follows until ``end``.
        case head(RequestHead)
        /// A run of the request's content.
        case content(ByteBuffer)
        /// The request is complete.
        case end(trailers: HTTPFields)
        /// What arrived is not HTTP. There is nothing to read after that.
        case failed(HTTPParseError)
    }

    private var input = ByteBuffer()
    private var parser: RequestHeadParser
    private var decoder: BodyDecoder?
    private var failure: HTTPParseError?
    private let bodyLimits: BodyLimits

    init(headLimits: HeadLimits, bodyLimits: BodyLimits = BodyLimits()) {
        self.parser = RequestHeadParser(limits: headLimits)
        self.bodyLimits = bodyLimits
    }

    /// Whether a head has been handed out whose request is not complete yet.
    var isInsideRequest: Bool { decoder != nil }

    /// Whether part of a head has arrived.
    var isInsideHead: Bool { parser.hasStarted || (decoder == nil && input.readableBytes > 0) }

    /// Whether the peer has sent, or is about to send, something that nobody will read.
    var hasUnreadInput: Bool { isInsideRequest || input.readableBytes > 0 || failure != nil }

    /// How many bytes have arrived and were not handed out.
    var bufferedBytes: Int { input.readableBytes }

    mutating func append(_ bytes: ByteBuffer) {
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.writeImmutableBuffer(bytes)
        }
    }

    mutating func next() -> Event {
        if let failure {
            return .failed(failure)
        }
        do throws(HTTPParseError) {
            let event = try parse()
            if input.readableBytes == 0 {
                // Gives the memory back to the socket, which reuses it when nobody else holds it.
                input = ByteBuffer()
            }
            return event
        } catch {
            failure = error
            input = ByteBuffer()
            return .failed(error)
        }
    }

    /// Everything that has arrived and was not handed out, for another protocol.
    mutating func takeRemaining() -> ByteBuffer {
        defer { input = ByteBuffer() }
        return input
    }

    private mutating func parse() throws(HTTPParseError) -> Event {
        if decoder != nil {
            switch try decoder?.decode(&input) {
            case .data(let bytes):
                return .content(bytes)
            case .end(let trailers):
                decoder = nil
                return .end(trailers: trailers)
            case .needsMoreBytes, nil:
                return .needsMoreBytes
            }
        }
        guard input.readableBytes > 0, let head = try parser.parse(&input) else {
            return .needsMoreBytes
        }
        if head.framing.hasContent {
            decoder = BodyDecoder(framing: head.framing, limits: bodyLimits)
        }
        return .head(head)
    }
}
