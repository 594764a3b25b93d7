import NIOCore
import NIOSSL

/// Securing a connection that is there: to the server itself, or through a proxy's tunnel to it.
extension Connector {
    func secure(_ connection: HTTP1ClientConnection, verifies: Bool, within limit: TimeLimit?) async throws {
        let context = try await core.security.context(verifies: verifies)
        let (host, port) = (key.host, key.port)
        do {
            // Only names are sent to the server (RFC 6066 section 3).
            let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
            let name = isAddress ? nil : host
            try await loop.eventLoop.flatSubmit {
                connection.beginHandshake(context, serverName: name, within: limit)
            }.get()
        } catch HTTPClientError.connectionClosed {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server closed the connection during the handshake. Does this port speak TLS?"
            )
        } catch let error as HTTPClientError {
            throw error
        } catch {
            throw HTTPClientError.handshakeFailed(host: host, port: port, reason: Self.explain(error))
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

    private static func explain(_ error: any Error) -> String {
        switch error {
        case NIOSSLError.handshakeFailed(let inner):
            let text = "\(inner)"
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                return "The server's certificate is not accepted: no trusted authority vouches for it, or it has "
                    + "expired. Servers of your own need their authority in the configuration's security.trustedRoots."
            }
            if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
                return "The server does not speak TLS on this port. Use http:// or another port."
            }
            if text.contains("CERTIFICATE_REQUIRED") {
                return "The server wants a certificate from the client: set the configuration's security.identity."
            }
            return text
        default:
            return "\(error)"
        }
    }
}

/// The handshake. Called on the loop, unless it says otherwise.
extension HTTP1ClientConnection {
    /// Puts TLS in front of the connection. The future succeeds when the handshake has.
    func beginHandshake(
        _ context: NIOSSLContext,
        serverName: String?,
        within limit: TimeLimit?
    ) -> EventLoopFuture<Void> {
        let promise = loop.eventLoop.makePromise(of: Void.self)
        guard let channel = self.context?.channel else {
            promise.fail(HTTPClientError.connectionClosed)
            return promise.futureResult
        }
        handshake = promise
        let timer = limit.map { limit in
            loop.eventLoop.scheduleTask(deadline: limit.deadline) { [self] in endHandshake(limit.error) }
        }
        promise.futureResult.whenComplete { _ in timer?.cancel() }
        do {
            let handler = try NIOSSLClientHandler(context: context, serverHostname: serverName)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            endHandshake(error)
        }
        return promise.futureResult
    }

    /// The handshake is over, unless it was before.
    func endHandshake(_ error: (any Error)?) {
        guard let promise = handshake else { return }
        handshake = nil
        if let error { promise.fail(error) } else { promise.succeed() }
    }
}
