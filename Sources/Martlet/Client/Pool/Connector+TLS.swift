import NIOCore
import NIOSSL

/// Securing an established connection: to the server itself, or through a proxy's tunnel.
extension Connector {
    /// Secures `connection`. Returns the one to use: the same, or one that speaks HTTP/2 in its place.
    func secure(
        _ connection: HTTP1ClientConnection,
        verifies: Bool,
        within limit: TimeLimit?
    ) async throws -> ClientConnection {
        let secured = try await handshake(connection, verifies: verifies, within: limit)
        do {
            try await check(secured, verifies: verifies, within: limit)
            return secured
        } catch {
            loop.eventLoop.execute { secured.abort() }
            throw error
        }
    }

    private func handshake(
        _ connection: HTTP1ClientConnection,
        verifies: Bool,
        within limit: TimeLimit?
    ) async throws -> ClientConnection {
        let context = try await core.security.context(verifies: verifies, version: key.version)
        let (host, port) = (key.host, key.port)
        do {
            let name = ServerName(host: host)?.text
            return try await loop.eventLoop.flatSubmit {
                connection.beginHandshake(context, serverName: name, within: limit)
            }.get()
        } catch HTTPClientError.connectionClosed {
            let reason = TLSFailure(reason: "EOF").text
            throw HTTPClientError.handshakeFailed(host: host, port: port, reason: reason)
        } catch let error as HTTPClientError {
            throw error
        } catch {
            let reason = TLSFailure(error)?.text ?? Self.reason(error)
            throw HTTPClientError.handshakeFailed(host: host, port: port, reason: reason)
        }
    }

    /// Checks what the handshake has brought.
    private func check(_ connection: ClientConnection, verifies: Bool, within limit: TimeLimit?) async throws {
        let (host, port) = (key.host, key.port)
        if key.version == .http2, !(connection is HTTP2ClientConnection) {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server does not offer HTTP/2, which the client is configured to require."
            )
        }
        if verifies, connection.security?.peerCertificate?.isFor(host: host) != true {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server's certificate is for another name."
            )
        }
        guard !verifies, let ask = core.configuration.acceptsBadCertificate else { return }
        let certificate = connection.security?.peerCertificate
        let accepts = try await TimeLimit.run(within: limit) {
            if let certificate { await ask(certificate, host, port) } else { false }
        }
        guard accepts else {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server's certificate is not accepted."
            )
        }
    }
}

/// The handshake. Called on the loop, unless it says otherwise.
extension HTTP1ClientConnection {
    /// Puts TLS in front of the connection. The future succeeds when the handshake has, with the connection that goes on.
    func beginHandshake(
        _ context: NIOSSLContext,
        serverName: String?,
        within limit: TimeLimit?
    ) -> EventLoopFuture<ClientConnection> {
        let promise = loop.eventLoop.makePromise(of: ClientConnection.self)
        guard let channel = self.context?.channel else {
            promise.fail(failure ?? HTTPClientError.connectionClosed)
            return promise.futureResult
        }
        // What has arrived already is not from the server: nothing proves where it comes from.
        guard reader.isIdle else {
            promise.fail(earlyBytes)
            abort()
            return promise.futureResult
        }
        handshake = promise
        let timer = limit.map { limit in
            loop.eventLoop.scheduleTask(deadline: limit.deadline) { [self] in endHandshake(.failure(limit.error)) }
        }
        promise.futureResult.whenComplete { _ in timer?.cancel() }
        do {
            let handler = try NIOSSLClientHandler(context: context, serverHostname: serverName)
            try channel.pipeline.syncOperations.addHandlers([AlertDelivery(), handler], position: .first)
        } catch {
            endHandshake(.failure(error))
        }
        return promise.futureResult
    }

    /// Bytes have arrived ahead of the handshake.
    var earlyBytes: HTTPClientError {
        .handshakeFailed(
            host: key.host,
            port: key.port,
            reason: "Bytes arrived before the TLS handshake: the proxy or a stranger has sent them, not the server."
        )
    }

    /// The server has proven that it has its certificate, and has chosen a protocol if there was a choice.
    func handshakeCompleted(_ negotiated: String?) {
        guard negotiated == "h2" else { return endHandshake(.success(self)) }
        do {
            endHandshake(.success(try becomeHTTP2()))
        } catch {
            endHandshake(.failure(error))
        }
    }

    /// The handshake is over, unless it was before.
    func endHandshake(_ result: Result<ClientConnection, any Error>) {
        guard let promise = handshake else { return }
        handshake = nil
        promise.completeWith(result)
    }
}
