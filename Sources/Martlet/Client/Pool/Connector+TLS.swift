import NIOCore
import NIOSSL

/// Securing an established connection: to the server itself, or through a proxy's tunnel.
extension Connector {
    /// Secures `connection`. Returns the one to use: the same, or one that speaks HTTP/2 in its place.
    func secure(
        _ connection: HTTP1ClientConnection,
        verifies: Bool,
        within limit: TimeLimit?
    ) async throws -> any ClientConnection {
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
    ) async throws -> any ClientConnection {
        let context = try await core.security.context(verifies: verifies, version: key.version)
        let (host, port) = (key.host, key.port)
        do {
            let name = ServerName(host: host)?.text
            return try await loop.eventLoop.flatSubmit {
                Handshake(connection.identity, within: limit).begin(on: connection, context, serverName: name)
                    .flatMapThrowing { negotiated -> any ClientConnection in
                        negotiated == "h2" ? try connection.becomeHTTP2() : connection
                    }
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

    /// Checks the protocol and the certificate that the handshake brought.
    private func check(_ connection: any ClientConnection, verifies: Bool, within limit: TimeLimit?) async throws {
        let (host, port) = (key.host, key.port)
        if key.version == .http2, !connection.isHTTP2 {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server does not offer HTTP/2, which the client is configured to require."
            )
        }
        if verifies, connection.identity.security?.peerCertificate?.isFor(host: host) != true {
            throw HTTPClientError.handshakeFailed(
                host: host,
                port: port,
                reason: "The server's certificate is for another name."
            )
        }
        guard !verifies, let ask = core.configuration.acceptsBadCertificate else { return }
        let certificate = connection.identity.security?.peerCertificate
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
