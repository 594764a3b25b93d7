import Martlet
import ProgramSupport

/// Binds the server of a program.
///
/// - Parameters:
///   - security: The security context of a program that uses https.
///   - wire: Where to record what is exchanged.
///   - notifier: Tells systemd how the program is.
///   - inherits: Whether the socket that systemd has passed, if it has, takes the place of host and port.
/// - Throws: ``StartupError`` with advice if the port is not available.
func bindServer(
    for program: String,
    host: String,
    port: Int,
    security: SecurityContext? = nil,
    wire: WireLog? = nil,
    notifier: ServiceNotifier,
    inherits: Bool,
    advice: String = "choose another one with --port"
) async throws -> HTTPServer {
    var configuration = HTTPServer.Configuration()
    // After Control-C, half a minute is too long to wait for a slow client.
    configuration.shutdownTimeout = .seconds(3)
    // For curl --http2-prior-knowledge; browsers use HTTP/2 over TLS only.
    configuration.http2.allowsPriorKnowledge = true
    configuration.serviceNotifier = notifier
    if let wire { configuration.wireObserver = { wire.observe() } }
    do {
        if inherits, let socket = try ServerSocket.inherited() {
            guard let security else { return HTTPServer.listen(on: socket, configuration: configuration) }
            return try await HTTPServer.listenSecure(on: socket, security: security, configuration: configuration)
        }
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
