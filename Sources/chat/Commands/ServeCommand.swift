import ArgumentParser
import Foundation
import Logging
import Martlet
import ProgramSupport

/// Serves the chat.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the chat.",
        discussion: """
            Open the URL that is printed in two windows. If systemd passes a socket (LISTEN_FDS), it takes the place of \
            --host and --port.
            """
    )

    @Option(help: "The address or host name to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 lets the system choose one.")
    var port = 4050

    @Option(
        help: """
            Where to store messages: an SQLite file, or mysql://user:password@host:port/database. By default, the \
            environment variable CHAT_LOG, or the file chat.sqlite in the working directory.
            """
    )
    var log: String?

    @Option(help: "The directory for messages that wait while the MySQL or MariaDB database is unavailable.")
    var spool = "chat-spool"

    @Option(
        help: """
            The name of the room; or redis://user:password@host:port/number#name, for a room that several chats share, \
            whose log must be at mysql:// then. By default, the environment variable CHAT_ROOM, or lobby.
            """
    )
    var room: String?

    private var roomPlace: RoomPlace {
        get throws { try RoomPlace(room ?? ProcessInfo.processInfo.environment["CHAT_ROOM"] ?? "lobby") }
    }

    @Option(
        help: """
            Another origin whose pages may use the chat, such as https://example.com. Can be repeated; \
            pages of the chat's own host are always allowed.
            """
    )
    var origin: [String] = []

    func validate() throws {
        do {
            _ = try roomPlace
        } catch {
            throw ValidationError("\(error)")
        }
        for origin in origin where HTTPURL(origin) == nil {
            throw ValidationError("\(origin) is not an origin, such as https://example.com.")
        }
    }

    func run() async throws {
        var logger = Logger(label: "chat")
        logger.logLevel = .notice
        OpenFileLimit.raise()
        let place = log ?? ProcessInfo.processInfo.environment["CHAT_LOG"] ?? "chat.sqlite"
        let server = try await bind(logger)
        do {
            let opened = try await roomPlace.open(ChatLogPlace(place, spool: spool), logger: logger)
            let chat = ChatServer(room: opened.room, origins: .same.or(.only(origin)))
            try await runUntilStopped(logger) {
                print("Listening on \(server.url)")
                fflush(nil)
                try await chat.run(on: server)
            }
            await opened.close()
        } catch {
            await server.close(force: true)
            throw error
        }
    }

    private func bind(_ logger: Logger) async throws -> HTTPServer {
        var configuration = HTTPServer.Configuration()
        configuration.logger = logger
        configuration.autoCompress = true
        // After Control-C, half a minute is too long to wait for a slow client.
        configuration.shutdownTimeout = .seconds(5)
        configuration.serviceNotifier = ServiceNotifier()
        do {
            if let socket = try ServerSocket.inherited() {
                return HTTPServer.listen(on: socket, configuration: configuration)
            }
            return try await HTTPServer.bind(InternetAddress(host), port: port, configuration: configuration)
        } catch {
            throw StartupError(binding: error, port: port)
        }
    }
}
