import NIOCore

/// A stream that carries another protocol, by CONNECT (RFC 8441). A plain value without a clock.
struct HTTP2Tunnel {
    /// How long the client may take to end its side once all of this side has been sent.
    private static let closingTime = TimeAmount.seconds(2)

    /// The receiver of what the client sends.
    private(set) var receiver: any DetachedReceiver
    /// Whether the other protocol has closed its side, which leaves the client some time to end its own.
    private(set) var isClosed = false
    /// Whether the other protocol waits until the client has taken some.
    private(set) var isFull = false
    /// When it was seen that the client alone has to end.
    private var closedSince: NIODeadline?

    init(to receiver: any DetachedReceiver) {
        self.receiver = receiver
    }

    mutating func move(to receiver: any DetachedReceiver) {
        self.receiver = receiver
    }

    mutating func filled(_ isFull: Bool) {
        self.isFull = isFull
    }

    mutating func close() {
        isClosed = true
    }

    /// Whether a client has had its time that alone has to end.
    mutating func isOverdue(at now: NIODeadline) -> Bool {
        guard let closedSince else {
            closedSince = now
            return false
        }
        return now - closedSince >= Self.closingTime
    }
}
