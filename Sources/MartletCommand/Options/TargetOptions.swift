import ArgumentParser

/// Where a request goes, and its header fields.
struct TargetOptions: ParsableArguments, Sendable {
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
}
