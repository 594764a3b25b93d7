import Foundation
import Martlet
import Testing

/// What a raw connection to a server goes over.
enum RawTransport: CaseIterable, CustomTestStringConvertible {
    case plain
    case secure
    case unix

    var testDescription: String {
        switch self {
        case .plain: "TCP"
        case .secure: "TLS"
        case .unix: "a Unix-domain socket"
        }
    }
}

/// Serves `handler` over a transport, and runs `test` with the server and a way to connect to it. What is sent first
/// tells the version of HTTP; over TLS, that is `protocols`.
func withServer(
    over transport: RawTransport,
    _ configuration: HTTPServer.Configuration = .priorKnowledge,
    protocols: [String] = [],
    _ handler: @escaping HTTPServer.Handler,
    test: (HTTPServer, () async throws -> RawClient) async throws -> Void
) async throws {
    try await Turnstile.servers.pass {
        switch transport {
        case .plain:
            let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
            try await run(server, handler) { server in try await test(server) { try await server.connect() } }
        case .secure:
            let certificates = try await SharedCertificates.value
            let server = try await HTTPServer.bindSecure(
                .loopbackIPv4,
                port: 0,
                security: certificates.security,
                configuration: configuration
            )
            let authority = certificates.path("authority.pem")
            try await run(server, handler) { server in
                try await test(server) {
                    try await .connectSecurely(port: server.port, authority: authority, protocols: protocols)
                }
            }
        case .unix:
            let path = "/tmp/martlet-\(UUID().uuidString.prefix(8))"
            let server = try await HTTPServer.bind(.unix(path: path), port: 0, configuration: configuration)
            try await run(server, handler) { server in
                try await test(server) { try await .connect(toPath: path) }
            }
        }
    }
}
