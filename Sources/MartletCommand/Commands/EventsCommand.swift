import ArgumentParser
import HTTPTypes
import HTTPWire
import Martlet
import NIOCore

/// Shows the events of a server.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Shows a server's events (server-sent events), as they come.",
        discussion: """
            The data of each event is written as a line, or as several. When the connection ends, the tool connects again \
            and asks for the events that it has missed.

            martlet events :4052/events
            martlet events https://example.com/news --count 1 --fields

            \(CommandStatus.help)
            """
    )

    @OptionGroup var target: TargetOptions

    @Flag(help: "Write whole events, with their names and ids, in the form in which they are sent.")
    var fields = false

    @Option(help: ArgumentHelp("Ask for the events after the one with this id.", valueName: "id"))
    var lastEventID: String?

    @Option(help: ArgumentHelp("End after this many events.", valueName: "count"))
    var count: Int?

    @Option(help: ArgumentHelp("Give up after this many failures in a row. Never by default.", valueName: "count"))
    var maxFailures: Int?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
        if let maxFailures, maxFailures < 1 { throw ValidationError("--max-failures must be at least 1.") }
    }

    func run() async throws {
        try await perform { try await show() }
    }

    private func show() async throws {
        guard let url = HTTPURL(URLArgument.expand(target.url)) else { throw HTTPClientError.invalidURL(target.url) }
        let client = HTTPClient(configuration: try connection.configuration(cookies: nil))
        if let credentials = try connection.credentials(for: url.host) {
            try client.addCredentials(credentials, for: "\(url.scheme)://\(url.authority)/")
        }
        var settings = EventSource.Configuration()
        settings.headers.apply(target.headers)
        settings.lastEventID = lastEventID
        settings.maximumFailures = maxFailures
        var events = 0
        for try await event in client.events(url.description, configuration: settings) {
            try StandardStream.output.write(EventText.text(of: event, withFields: fields))
            events += 1
            if events == count { break }
        }
    }
}

/// An event as it is shown.
enum EventText {
    /// The data and a line end or, with fields, the event as it is sent. On a terminal, without control characters.
    static func text(
        of event: ServerSentEvent,
        withFields: Bool,
        onTerminal: Bool = StandardStream.output.isTerminal
    ) -> String {
        var text = event.data + "\n"
        if withFields {
            var buffer = ByteBuffer()
            buffer.writeServerSentEvent(event)
            text = String(buffer: buffer)
        }
        guard onTerminal else { return text }
        var harmless = TerminalText()
        return String(decoding: harmless.process(text.utf8) + harmless.finish(), as: UTF8.self)
    }
}
