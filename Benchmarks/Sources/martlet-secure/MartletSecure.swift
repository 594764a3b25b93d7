import BenchmarkSupport
import Martlet

/// Martlet's hello world over HTTP/2 with prior knowledge, or over TLS with HTTP/2 or HTTP/1.1.
@main
enum MartletSecure {
    static func main() async throws {
        let (port, certificate) = secureArguments()
        let server: HTTPServer
        if let certificate {
            let identity = TLSIdentity.pem(
                certificateChain: .file(certificate.chain),
                privateKey: .file(certificate.key)
            )
            server = try await HTTPServer.bindSecure(
                .loopbackIPv4,
                port: port,
                security: SecurityContext(identity: identity)
            )
        } else {
            var configuration = HTTPServer.Configuration()
            configuration.http2.allowsPriorKnowledge = true
            server = try await HTTPServer.bind(.loopbackIPv4, port: port, configuration: configuration)
        }
        try await server.serve { request in
            try await request.response.end(Answer.body)
        }
    }
}
