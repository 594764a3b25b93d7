import NIOCore

/// A stream that carries another protocol, by CONNECT (RFC 8441). A plain value without a clock.
struct HTTP2Tunnel {
    /// How long the client may take to end its side once all of this side has been sent.
    private static let closingTime = TimeAmount.seconds(2)

    /// The receiver of what the client sends.
    private(set) var receiver: any DetachedReceiver
    /// Whether the other protocol has closed its side, which leaves the client some time to end its own.
    private(set) var isClosed = false
    /// Whether the other protocol waits until the client has accepted some.
    private(set) var isFull = false
    /// When it was first seen that only the client has not ended its side.
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

    /// Whether the time of a client that has not ended its side is up.
    mutating func isOverdue(at now: NIODeadline) -> Bool {
        guard let closedSince else {
            closedSince = now
            return false
        }
        return now - closedSince >= Self.closingTime
    }
}
