import ArgumentParser
import HTTPTypes
import HTTPWire
import Martlet

/// All that the subcommands that send a request understand.
struct RequestOptions: ParsableArguments, Sendable {
    @Argument(help: "Where to send it: http://host/path, or short, host/path or :4040/path for this machine.")
    var url: String

    @Option(
        name: [.customShort("H"), .customLong("header")],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Send this header field. “Name:” sends none of this name, “Name;” an empty one.",
            valueName: "name: value"
        )
    )
    var headers: [HeaderArgument] = []

    @OptionGroup(title: "Content") var content: ContentOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    /// Sends the request, and does with the response what the options say.
    func send(_ method: HTTPRequest.Method) async throws {
        try await perform {
            try await RequestRun(method, self).run()
        }
    }
}
