import Martlet
import ProgramSupport

/// Takes a port for a program.
///
/// - Parameter security: What secures the connections of a program that speaks https.
/// - Throws: ``StartupError`` that says what to do when the port can't be had.
func bindServer(
    for program: String,
    host: String,
    port: Int,
    security: SecurityContext? = nil,
    advice: String = "choose another one with --port"
) async throws -> HTTPServer {
    var configuration = HTTPServer.Configuration()
    // Whoever presses Control-C does not want to wait half a minute for a slow client.
    configuration.shutdownTimeout = .seconds(3)
    // For curl --http2-prior-knowledge; browsers speak HTTP/2 over TLS only.
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
