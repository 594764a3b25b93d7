import HTTPTypes
import HTTPWire
import NIOCore

/// One exchange on an HTTP/2 connection.
final class HTTP2ClientStream: HTTP2Stream, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of the connection's loop.

    /// What becomes of the request's content.
    enum Sending {
        /// More of it is to come.
        case open
        /// All of it is sent, or in the queue.
        case complete
        /// The server does not want the rest.
        case stopped
    }

    let number: UInt32
    let exchange: ClientExchange
    /// Nil once the stream is out of the connection's table.
    weak var connection: HTTP2ClientConnection?

    // MARK: The response

    var reader: HTTP2ResponseReader
    /// How much the server may send.
    var receiveWindow: HTTP2ReceiveWindow
    var response = ResponseInbox()
    /// Whether something has arrived that the requester or the reader was not told of.
    var isTouched = false

    // MARK: The request

    /// Watches the length of the request's content.
    var meter: RequestContentMeter
    var sending: Sending
    /// Whether the content waits for 100 Continue.
    var awaitsContinue: Bool
    var continueTimer: Scheduled<Void>?
    /// Whether the stream is in the queue of those whose writers may have brought something.
    var isPumpQueued = false
    var queue = HTTP2SendQueue()
    var isInLine = false
    var sendWindow: HTTP2SendWindow
    var trailers: HTTPFields?
    /// Whether the end of the request has been sent.
    var hasSentEnd = false
    /// When something happened last.
    var lastProgress = NIODeadline.now()
    /// How much had arrived on the connection when the stream was opened.
    let arrivalsBefore: Int

    init(_ number: UInt32, exchange: ClientExchange, connection: HTTP2ClientConnection) {
        let request = exchange.request
        self.number = number
        self.arrivalsBefore = connection.arrivals
        self.exchange = exchange
        self.connection = connection
        self.reader = HTTP2ResponseReader(stream: number, method: request.method)
        self.receiveWindow = HTTP2ReceiveWindow(connection.streamWindow)
        self.sendWindow = HTTP2SendWindow(connection.peer.initialWindowSize)
        self.meter = RequestContentMeter(request.framing)
        self.sending = request.framing == .none ? .complete : .open
        self.hasSentEnd = request.framing == .none
        self.awaitsContinue = request.expectsContinue
    }

    /// Whether nothing follows the content that is in the queue.
    var endsWithContent: Bool { sending == .complete && trailers == nil }

    /// Whether there is something to send, as far as the stream's own window is concerned.
    var canSend: Bool {
        guard connection != nil, !hasSentEnd else { return false }
        return queue.isEmpty ? sending == .complete : sendWindow.size > 0
    }

    /// Some content has left.
    func sent(_ count: Int) {
        exchange.recorder?.sent(count + HTTP2ClientConnection.frameHeadLength)
        lastProgress = .now()
        connection?.contentHasLeft(self)
    }

    /// The end of the request has been sent.
    func endOutput() {
        hasSentEnd = true
    }

    /// The server wants no more of the content.
    func stopSending() {
        continueTimer?.cancel()
        continueTimer = nil
        awaitsContinue = false
        sending = .stopped
        queue.removeAll()
        if case .stream(let body) = exchange.content { body.stop() }
    }

    /// Whether it is the server's turn: to answer, to go on with the content, or to take what is sent to it.
    var isWaitingForServer: Bool {
        if !queue.isEmpty { return true }
        if let body = response.body { return body.isStarving }
        return sending != .open
    }
}
