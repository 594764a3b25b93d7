import NIOCore
import Synchronization

/// One connection of a client, whatever version of HTTP it speaks: what exchanges, the pool and the readers of
/// responses ask of it. What it answers here is the answer of one that is closed.
class ClientConnection: @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop.eventLoop`, or under a lock.

    let key: PoolKey
    let core: ClientCore
    let loop: ClientLoop
    /// The channel, for those who ask about its addresses from other threads; nil once it is closed.
    final let openChannel = Mutex<(any Channel)?>(nil)
    /// How long the making of the connection took; set before its first request.
    final let connectTiming = Mutex(ConnectTiming())
    private let agreement: Mutex<ConnectionSecurity?>
    /// When the connection became free.
    final var idleSince = NIODeadline.now()
    /// How many requests of users it has carried.
    final var requestCount = 0
    /// Whether the pool has been told of it: one that closes while it is being made has failed to be made.
    final var isPooled = false
    /// Why the connection is about to end, if more is known than that it does.
    final var failure: HTTPClientError?

    init(key: PoolKey, core: ClientCore, loop: ClientLoop, security: ConnectionSecurity? = nil) {
        self.key = key
        self.core = core
        self.loop = loop
        self.agreement = Mutex(security)
    }

    /// What the TLS handshake has agreed on, set before the first request; nil without TLS. May be asked from anywhere.
    final var security: ConnectionSecurity? {
        get { agreement.withLock { $0 } }
        set { agreement.withLock { $0 = newValue } }
    }

    /// The two ends of the connection; nil once it is closed. May be asked from anywhere.
    final var info: HTTPConnectionInfo? {
        openChannel.withLock { $0 }.map { HTTPConnectionInfo($0) }
    }

    // MARK: From anywhere

    /// Begins an exchange.
    func start(_ exchange: ClientExchange) {
        exchange.fail(HTTPClientError.connectionClosed)
    }

    /// The requester of `exchange` has given up, and is told once the server has been.
    func cancel(_ exchange: ClientExchange, _ error: any Error) {
        exchange.tellFailure()
    }

    /// Nobody will read the rest of a response.
    func responseWasDropped(_ exchange: ClientExchange) {}

    // MARK: On the loop

    /// What to tell a requester of a TLS error that ends the connection; nil for other errors.
    final func handshakeFailure(_ error: any Error) -> HTTPClientError? {
        TLSFailure(error).map { .handshakeFailed(host: key.host, port: key.port, reason: $0.text) }
    }

    /// Says goodbye, where the protocol has a word for it, and closes. There is no exchange.
    func dismiss() {
        abort()
    }

    /// Hands the connection, which has been made, to the pool; false if it is closed already.
    func join() -> Bool { false }

    /// Called every now and then.
    func checkDeadlines(now: NIODeadline) {}

    /// Tears the connection down at once.
    func abort() {}

    /// Ends what is going on, and the connection.
    func abort(with error: any Error) {
        abort()
    }
}
