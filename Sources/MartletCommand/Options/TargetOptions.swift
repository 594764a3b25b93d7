import ArgumentParser

/// The options for the URL of a request and its header fields.
struct TargetOptions: ParsableArguments, Sendable {
    @Argument(help: "The URL: http://host/path, or for short host/path, or :4040/path for this machine.")
    var url: String

    @Option(
        name: [.customShort("H"), .customLong("header")],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Send this header field. “Name:” removes the field, “Name;” sends it empty.",
            valueName: "name: value"
        )
    )
    var headers: [HeaderArgument] = []
}
