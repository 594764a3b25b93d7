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

    @Option(
        help: ArgumentHelp(
            "Try again after at most this many failures in a row; 0 for no second try. 3 by default.",
            valueName: "count"
        )
    )
    var maxFailures = 3

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
        if maxFailures < 0 { throw ValidationError("--max-failures can't be negative.") }
    }

    func run() async throws {
        try await perform { try await show() }
    }

    private func show() async throws {
        guard let url = HTTPURL(URLArgument.expand(target.url)) else { throw HTTPClientError.invalidURL(target.url) }
        let (limit, withFields) = (count, fields)
        try await connection.withClient(for: url, headers: target.headers) { client, headers in
            var settings = EventSource.Configuration()
            settings.headers.apply(headers)
            settings.lastEventID = lastEventID
            settings.maximumFailures = maxFailures
            if let readTimeout = connection.readTimeout { settings.silenceTimeout = readTimeout.duration }
            var events = 0
            for try await event in client.events(url.description, configuration: settings) {
                try StandardStream.output.write(EventText.text(of: event, withFields: withFields))
                events += 1
                if events == limit { break }
            }
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
