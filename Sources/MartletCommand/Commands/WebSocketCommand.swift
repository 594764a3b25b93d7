import ArgumentParser
import Martlet

/// Talks to a WebSocket.
struct WebSocketCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ws",
        abstract: "Talks to a WebSocket: lines in, messages out.",
        discussion: """
            Each line of standard input is sent as a message, and each message is written as a line; a binary one in \
            hexadecimal. Control-C, and the end of the input, close the WebSocket.

            martlet ws :4050/ws
            echo '{"type":"join"}' | martlet ws wss://example.com/chat --count 1

            \(CommandStatus.help)
            """
    )

    @OptionGroup var target: TargetOptions

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp("Offer this subprotocol. Can be repeated, the preferred one first.", valueName: "name")
    )
    var protocols: [String] = []

    @Flag(help: "The lines are hexadecimal digits, and are sent as binary messages.")
    var binary = false

    @Option(help: ArgumentHelp("End after this many messages.", valueName: "count"))
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "After the end of the input, go on until no message has come for this long. 1 by default.",
            valueName: "seconds"
        )
    )
    var wait: SecondsArgument?

    @Option(
        help: ArgumentHelp(
            "Ping a server that is silent for this long, and give it up if it stays silent.",
            valueName: "seconds"
        )
    )
    var ping: SecondsArgument?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
        // The handshake is a request of HTTP/1.1, which must not be redirected.
        if connection.follow { throw ValidationError("--follow has no meaning here: a WebSocket is not redirected.") }
        if connection.version != nil { throw ValidationError("A WebSocket has no choice of the version of HTTP.") }
    }

    func run() async throws {
        // Longer than the closing handshake may take.
        try await perform(grace: .seconds(6)) { try await WebSocketRun(self).run() }
    }
}
