import Martlet
import ProgramSupport

/// Binds the server of a program.
///
/// - Parameters:
///   - security: The security context of a program that uses https.
///   - wire: Where to record what is exchanged.
/// - Throws: ``StartupError`` with advice if the port is not available.
func bindServer(
    for program: String,
    host: String,
    port: Int,
    security: SecurityContext? = nil,
    wire: WireLog? = nil,
    advice: String = "choose another one with --port"
) async throws -> HTTPServer {
    var configuration = HTTPServer.Configuration()
    // After Control-C, half a minute is too long to wait for a slow client.
    configuration.shutdownTimeout = .seconds(3)
    // For curl --http2-prior-knowledge; browsers use HTTP/2 over TLS only.
    configuration.http2.allowsPriorKnowledge = true
    if let wire { configuration.wireObserver = { wire.observe() } }
    do {
        let address = InternetAddress(host)
        if let security {
            return try await HTTPServer.bindSecure(
                address,
                port: port,
                security: security,
                configuration: configuration
            )
        }
        return try await HTTPServer.bind(address, port: port, configuration: configuration)
    } catch {
        throw StartupError(binding: error, port: port, program: program, advice: advice)
    }
}
