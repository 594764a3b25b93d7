import Martlet
import ProgramSupport

/// Binds the server of a program.
///
/// - Parameter security: The security context of a program that uses https.
/// - Throws: ``StartupError`` with advice if the port is not available.
func bindServer(
    for program: String,
    host: String,
    port: Int,
    security: SecurityContext? = nil,
    advice: String = "choose another one with --port"
) async throws -> HTTPServer {
    var configuration = HTTPServer.Configuration()
    // After Control-C, half a minute is too long to wait for a slow client.
    configuration.shutdownTimeout = .seconds(3)
    // For curl --http2-prior-knowledge; browsers use HTTP/2 over TLS only.
    configuration.http2.allowsPriorKnowledge = true
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
