import BenchmarkSupport
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import NIOPosix
import NIOSSL

/// Hummingbird's hello world over HTTP/2, or over TLS with HTTP/2 or HTTP/1.1, on one event loop.
@main
enum HummingbirdSecure {
    static func main() async throws {
        let (port, certificate) = secureArguments()
        let router = Router()
        router.get("/") { _, _ in Answer.body }
        let app = Application(
            router: router,
            server: try server(certificate),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1))
        )
        try await app.runService()
    }

    private static func server(_ certificate: (chain: String, key: String)?) throws -> HTTPServerBuilder {
        guard let certificate else { return .plaintextHTTP2() }
        return try .http2Upgrade(
            tlsConfiguration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMFile(certificate.chain).map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(file: certificate.key, format: .pem))
            )
        )
    }
}
