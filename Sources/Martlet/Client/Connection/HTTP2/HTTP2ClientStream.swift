import HTTPTypes
import HTTPWire
import NIOCore
import NIOHTTP2

/// One exchange on an HTTP/2 connection.
final class HTTP2ClientStream: @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of the connection's loop.

    let id: HTTP2StreamID
    let exchange: ClientExchange
    var reader: HTTP2ResponseReader
    /// The response's head, as long as it has not been handed over.
    var head: ResponseHead?
    /// The beginning of the content, as long as it has not been handed over.
    var firstBytes: ByteBuffer?
    /// Where the content goes once the response has been handed over before its end.
    var body: BodyStream?
    var isDelivered = false
    /// Whether something has arrived that the requester or the reader was not told of.
    var isTouched = false
    /// How much the server may send now.
    var inboundWindow = 0

    /// Watches the length of the request's content.
    var meter: RequestContentMeter
    /// Whether content is still to be handed to the frame handler.
    var isSending: Bool
    /// Whether the content waits for 100 Continue.
    var awaitsContinue: Bool
    var continueTimer: Scheduled<Void>?
    /// Whether the stream is in the queue of those that have content to send.
    var isPumpQueued = false
    /// How many bytes of content the frame handler has and the socket has not.
    var unsentBytes = 0
    /// Whether the end of the request has gone to the socket.
    var hasSentEnd = false
    /// When something happened last.
    var lastProgress = NIODeadline.now()

    init(id: HTTP2StreamID, exchange: ClientExchange, reader: HTTP2ResponseReader) {
        self.id = id
        self.exchange = exchange
        self.reader = reader
        self.meter = RequestContentMeter(exchange.request.framing)
        self.isSending = exchange.request.framing != .none
        self.awaitsContinue = exchange.request.expectsContinue
    }

    /// The server wants no more of the content.
    func stopSending() {
        continueTimer?.cancel()
        continueTimer = nil
        awaitsContinue = false
        isSending = false
        if case .stream(let body) = exchange.content { body.stop() }
    }

    /// Whether it is the server's turn: to answer, to go on with the content, or to take what is sent to it.
    var isWaitingForServer: Bool {
        if unsentBytes > 0 { return true }
        if let body { return body.isStarving }
        return !isSending
    }
}
