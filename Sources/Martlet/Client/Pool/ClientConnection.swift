import NIOCore

/// One connection of a client, whatever version of HTTP it speaks: what exchanges, the pool and the readers of
/// responses need of it.
protocol ClientConnection: AnyObject, Sendable {
    var identity: ConnectionIdentity { get }

    // MARK: From anywhere

    /// Whether the connection speaks HTTP/2.
    var isHTTP2: Bool { get }

    /// Cancels `exchange`, whose requester has given up and is notified after the server.
    func cancel(_ exchange: ClientExchange, _ error: any Error)

    /// The rest of a response will not be read.
    func responseWasDropped(_ exchange: ClientExchange)

    // MARK: On the loop

    /// Why the connection has ended or is about to, if a reason is known.
    var failure: HTTPClientError? { get }

    /// Starts an exchange.
    func begin(_ exchange: ClientExchange)

    /// Adds the new connection to the pool; false if it is closed already.
    func join() -> Bool

    /// Closes the connection if one of its time limits has passed. Called periodically.
    func checkDeadlines(now: NIODeadline)

    /// Closes the connection, with a GOAWAY where the protocol has one. There is no exchange.
    func dismiss()

    /// Tears the connection down at once.
    func abort()

    /// Fails the exchanges and tears the connection down.
    func abort(with error: any Error)
}

extension ClientConnection {
    var key: PoolKey { identity.key }
    var core: ClientCore { identity.core }
    var loop: ClientLoop { identity.loop }

    /// The addresses of the connection; nil once it is closed. Can be read from anywhere.
    var info: HTTPConnectionInfo? { identity.info }

    /// Starts an exchange, soon. Called from anywhere.
    func start(_ exchange: ClientExchange) {
        if loop.eventLoop.inEventLoop {
            begin(exchange)
        } else {
            loop.eventLoop.execute { self.begin(exchange) }
        }
    }

    /// The error to throw for a TLS error that ends the connection; nil for other errors.
    func handshakeFailure(_ error: any Error) -> HTTPClientError? {
        TLSFailure(error).map { .handshakeFailed(host: key.host, port: key.port, reason: $0.text) }
    }

    /// Delivers a response to the requester.
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

/// A client's connection as the handler of its channel: what is the same for every version of HTTP.
extension ChannelConnection where Self: ClientConnection {
    func channelReadComplete() {
        channel.endedReading()
        deliverArrivals()
    }

    func abort() {
        closeChannel()
    }
}
