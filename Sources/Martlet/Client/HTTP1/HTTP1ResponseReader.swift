import HTTPTypes
import HTTPWire
import NIOCore

/// Splits the bytes that arrive on a client's connection into the responses to its requests.
///
/// A plain value without a socket: tell it which request is outstanding, append bytes, and read events.
struct HTTP1ResponseReader {
    enum Event {
        /// Everything that has arrived is consumed, and more will come.
        case needsMoreBytes
        /// A response that announces the final one (RFC 9110 section 15.2).
        case informational(ResponseHead)
        /// The final response begins; its content follows until ``end``. After 101, and after a 2xx to CONNECT, what
        /// follows belongs to another protocol: ``takeRemaining()`` returns the beginning of it.
        case head(ResponseHead)
        /// Some of the response's content.
        case content(ByteBuffer)
        /// The response is complete.
        case end(trailers: HTTPFields)
        /// Nothing can be read after that.
        case failed(Failure)
    }

    enum Failure: Equatable {
        /// The bytes are not HTTP.
        case malformed(HTTPParseError)
        /// More informational responses than the limit.
        case tooManyInformational
        /// The peer has closed before the end of the head; whether a byte of it had arrived.
        case closedBeforeHead(afterFirstByte: Bool)
        /// The peer has closed before the end of the content.
        case closedInContent
        /// Bytes have arrived although no request is outstanding.
        case unsolicited
    }

    private enum Stage {
        case idle
        case head(informational: Int)
        case content
        /// A head without content has been delivered.
        case emptyContent
        case failed(Failure)
    }

    private var reader: HTTP1MessageReader<Heads>
    private var stage = Stage.idle
    private var hasPeerClosed = false
    private var isCutOff = false
    private let maximumInformational: Int

    init(headLimits: HeadLimits, bodyLimits: BodyLimits, maximumInformational: Int) {
        let heads = Heads(parser: ResponseHeadParser(limits: headLimits))
        self.reader = HTTP1MessageReader(parser: heads, bodyLimits: bodyLimits)
        self.maximumInformational = maximumInformational
    }

    /// Whether no request is outstanding and nothing has gone wrong.
    var isIdle: Bool {
        if case .idle = stage { reader.bufferedBytes == 0 && !hasPeerClosed } else { false }
    }

    /// A request with this method has been sent, or is about to be.
    mutating func expectResponse(to method: HTTPRequest.Method) {
        reader.parser.requestMethod = method
        stage = .head(informational: 0)
    }

    /// How much memory the input occupies, in bytes.
    var capacity: Int { reader.capacity }

    /// How many bytes were copied so far.
    var copiedBytes: Int { reader.copiedBytes }

    mutating func append(_ bytes: ByteBuffer) {
        reader.append(bytes)
    }

    /// No more bytes will come.
    mutating func peerClosed() {
        hasPeerClosed = true
    }

    /// The connection ends by an error, or without TLS's close_notify, so that an attacker may have cut it: content
    /// that is delimited only by the end of the connection is not complete (RFC 9112 sections 8 and 9.8).
    mutating func wasCutOff() {
        isCutOff = true
    }

    @inline(__always)
    mutating func next() -> Event {
        switch stage {
        case .idle:
            return reader.bufferedBytes > 0 ? fail(.unsolicited) : .needsMoreBytes
        case .emptyContent:
            stage = .idle
            return .end(trailers: [:])
        case .failed(let failure):
            return .failed(failure)
        case .head(let informational):
            return nextHead(informational)
        case .content:
            return nextContent()
        }
    }

    /// Everything that has arrived and was not delivered, for another protocol.
    mutating func takeRemaining() -> ByteBuffer {
        reader.takeRemaining()
    }

    private mutating func nextHead(_ informational: Int) -> Event {
        switch reader.next() {
        case .head(let head):
            if head.statusCode < 200, head.statusCode != 101 {
                guard informational < maximumInformational else { return fail(.tooManyInformational) }
                stage = .head(informational: informational + 1)
                return .informational(head)
            }
            stage = head.framing.hasContent ? .content : .emptyContent
            return .head(head)
        case .failed(let error):
            return fail(.malformed(error))
        case .needsMoreBytes:
            guard hasPeerClosed else { return .needsMoreBytes }
            return fail(.closedBeforeHead(afterFirstByte: reader.isInsideHead || informational > 0))
        case .content, .end:
            return .needsMoreBytes
        }
    }

    private mutating func nextContent() -> Event {
        var event = reader.next()
        if case .needsMoreBytes = event, hasPeerClosed {
            event = reader.finish()
            if isCutOff { return fail(.closedInContent) }
            if case .failed = event { return fail(.closedInContent) }
        }
        switch event {
        case .content(let bytes):
            return .content(bytes)
        case .end(let trailers):
            stage = .idle
            return .end(trailers: trailers)
        case .failed(let error):
            return fail(.malformed(error))
        case .needsMoreBytes, .head:
            return .needsMoreBytes
        }
    }

    private mutating func fail(_ failure: Failure) -> Event {
        stage = .failed(failure)
        return .failed(failure)
    }

    /// Parses the heads of responses, each according to the request that it answers.
    private struct Heads: MessageHeadParser {
        static var readsResponses: Bool { true }

        var parser: ResponseHeadParser
        var requestMethod = HTTPRequest.Method.get

        var hasStarted: Bool { parser.hasStarted }

        mutating func parse(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> ResponseHead? {
            try parser.parse(&buffer, requestMethod: requestMethod)
        }
    }
}

extension HTTP1ResponseReader.Failure {
    /// The error for the requester, or for the reader of the response's content.
    ///
    /// - Parameters:
    ///   - isDelivered: Whether the requester has the response.
    ///   - cause: Why the connection has ended, if that is known.
    ///   - maximumInformational: The limit of informational responses.
    func error(isDelivered: Bool, cause: HTTPClientError?, maximumInformational: Int) -> any Error {
        switch self {
        case .malformed(let error):
            isDelivered ? HTTPBodyError.malformed(error) : HTTPClientError.malformedResponse(error)
        case .tooManyInformational: HTTPClientError.tooManyInformationalResponses(limit: maximumInformational)
        case .closedBeforeHead: cause ?? HTTPClientError.connectionClosed
        case .closedInContent: HTTPBodyError.connectionClosed
        case .unsolicited: HTTPClientError.unsolicitedResponse
        }
    }
}
