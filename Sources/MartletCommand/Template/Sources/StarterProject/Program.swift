import Foundation
import Logging
import Martlet
import MartletWeb
import ServiceLifecycle
import UnixSignals

/// Serves the routes until the process is asked to stop, by Control-C or by SIGTERM.
@main
struct Program {
    static func main() async {
        do {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            if CommandLine.arguments.dropFirst() == ["check-health"] {
                try await checkHealth(settings)
            } else {
                try await serve(settings)
            }
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("starter-project: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func serve(_ settings: Settings) async throws {
        let server = try await bind(settings)
        print("Listening on \(server.url)")
        let group = ServiceGroup(
            services: [server.service(around: [RequestLog(.combined)], try routes(settings))],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "starter-project")
        )
        try await group.run()
    }

    private static func bind(_ settings: Settings) async throws -> HTTPServer {
        var configuration = HTTPServer.Configuration()
        // Tells systemd when the server is ready. Without systemd it does nothing.
        configuration.serviceNotifier = ServiceNotifier()
        if let socket = try ServerSocket.inherited() {
            return HTTPServer.listen(on: socket, configuration: configuration)
        }
        return try await HTTPServer.bind(
            InternetAddress(settings.host),
            port: settings.port,
            configuration: configuration
        )
    }

    /// Asks a running server whether it is ready: an image without a shell and curl has no other way.
    private static func checkHealth(_ settings: Settings) async throws {
        let client = HTTPClient()
        let response = try await client.get("http://127.0.0.1:\(settings.port)/readyz")
        await client.close(force: true)
        print(response.status)
        if response.status != .ok { exit(1) }
    }
}
