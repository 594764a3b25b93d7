import NIOCore

/// One connection of a client, whatever version of HTTP it speaks: what exchanges, the pool and the readers of
/// responses ask of it.
protocol ClientConnection: AnyObject, Sendable {
    var identity: ConnectionIdentity { get }

    // MARK: From anywhere

    /// Whether the connection speaks HTTP/2.
    var isHTTP2: Bool { get }

    /// The requester of `exchange` has given up, and is told once the server has been.
    func cancel(_ exchange: ClientExchange, _ error: any Error)

    /// Nobody will read the rest of a response.
    func responseWasDropped(_ exchange: ClientExchange)

    // MARK: On the loop

    /// Why the connection has ended, or is about to, if more is known than that it does.
    var failure: HTTPClientError? { get }

    /// Begins an exchange.
    func begin(_ exchange: ClientExchange)

    /// Hands the connection, which has been made, to the pool; false if it is closed already.
    func join() -> Bool

    /// Called every now and then.
    func checkDeadlines(now: NIODeadline)

    /// Says goodbye, where the protocol has a word for it, and closes. There is no exchange.
    func dismiss()

    /// Tears the connection down at once.
    func abort()

    /// Ends what is going on, and the connection.
    func abort(with error: any Error)
}

extension ClientConnection {
    var key: PoolKey { identity.key }
    var core: ClientCore { identity.core }
    var loop: ClientLoop { identity.loop }

    /// The two ends of the connection; nil once it is closed. May be asked from anywhere.
    var info: HTTPConnectionInfo? { identity.info }

    /// Begins an exchange, soon. Called from anywhere.
    func start(_ exchange: ClientExchange) {
        if loop.eventLoop.inEventLoop {
            begin(exchange)
        } else {
            loop.eventLoop.execute { self.begin(exchange) }
        }
    }

    /// What to tell a requester of a TLS error that ends the connection; nil for other errors.
    func handshakeFailure(_ error: any Error) -> HTTPClientError? {
        TLSFailure(error).map { .handshakeFailed(host: key.host, port: key.port, reason: $0.text) }
    }

    /// Hands a response to the requester.
    func deliver(_ delivery: ResponseInbox.Delivery, to exchange: ClientExchange) {
        let body: (any BodySource)? =
            switch delivery.content {
            case .none: nil
            case .whole(let bytes, let trailers): WholeBody(bytes, trailers: trailers)
            case .stream(let stream): ConnectionBody(stream, of: exchange, on: self)
            }
        exchange.deliver(IncomingResponse(head: delivery.head, body: body, connection: identity))
    }
}
