import ArgumentParser
import HTTPWire

/// The options for the output.
struct OutputOptions: ParsableArguments, Sendable {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Save the content to this file, which appears when it is complete; - prints it unchanged.",
            valueName: "file"
        )
    )
    var output: String?

    @Flag(name: [.customShort("O"), .long], help: "Save the content to a file named after the last part of the URL.")
    var remoteName = false

    @Flag(
        name: [.customShort("C"), .customLong("continue")],
        help: "Keep the part of an interrupted download in FILE.part, and continue it."
    )
    var continues = false

    @Flag(name: .shortAndLong, help: "Print the head of the response too.")
    var include = false

    @Flag(name: .shortAndLong, help: "Show the heads of requests and responses on standard error.")
    var verbose = false

    @Flag(name: [.customShort("s"), .customLong("quiet")], help: "Show no progress and no message about --fail.")
    var quiet = false

    @Flag(help: "Print the request, as it would be sent over HTTP/1.1 with its secrets, and send nothing.")
    var offline = false

    @Flag(help: "Print the curl command for this request, with its secrets, and send nothing.")
    var curl = false

    @Flag(help: "Show how long each step took on standard error.")
    var timing = false

    @Flag(help: "Begin a trace (W3C traceparent), and show its id on standard error.")
    var trace = false

    @Flag(name: .shortAndLong, help: "Exit with 4 or 5 if the status is 400 or more; --output then saves nothing.")
    var fail = false

    @Option(help: "Format JSON for reading: auto (on a terminal), always, never.")
    var pretty = Choice.auto

    @Option(help: "Show colours: auto (on a terminal, unless NO_COLOR is set), always, never.")
    var color = Choice.auto

    func validate() throws {
        if output != nil, remoteName { throw ValidationError("Use only one of --output and --remote-name.") }
        if curl, offline { throw ValidationError("Use only one of --curl and --offline.") }
        if continues, !remoteName, output == nil || output == "-" {
            throw ValidationError("--continue needs a file: name it with --output or --remote-name.")
        }
    }

    /// The file to save to; nil for standard output.
    func download(of url: HTTPURL) throws(CommandFailure) -> Download? {
        guard let path = try remoteName ? URLArgument.fileName(of: url) : output, path != "-" else { return nil }
        let showsProgress = !quiet && StandardStream.error.isTerminal && !StandardStream.isDumb
        return Download(path: path, continues: continues, showsProgress: showsProgress)
    }

    /// The style of content on standard output.
    var style: ContentFormatter.Style {
        if output == "-" { return ContentFormatter.Style() }
        let isTerminal = StandardStream.output.isTerminal
        return ContentFormatter.Style(
            indents: pretty.decide(isTerminal),
            colours: colours(on: .output),
            isForTerminal: isTerminal
        )
    }

    /// The style of heads.
    func headText(on stream: StandardStream, prefix: String = "") -> HeadText {
        let colours = colours(on: stream)
        return HeadText(
            prefix: prefix,
            isForTerminal: stream.isTerminal || colours || !prefix.isEmpty,
            colours: colours
        )
    }

    private func colours(on stream: StandardStream) -> Bool {
        color.decide(stream.showsColours)
    }
}
