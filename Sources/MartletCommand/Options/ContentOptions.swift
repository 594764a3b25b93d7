import ArgumentParser

/// The options for the content of a request.
struct ContentOptions: ParsableArguments, Sendable {
    @Option(
        name: [.customShort("d"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Send this text, or @file, or @- for standard input, unchanged. Several are joined with “&”.",
            discussion: "The type is application/x-www-form-urlencoded unless --header sets another one.",
            valueName: "content"
        )
    )
    var data: [ContentArgument] = []

    @Option(
        name: .customLong("data-urlencode"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Send this field of a form, URL-encoded.", valueName: "name=value")
    )
    var pairs: [FormPair] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Send this JSON, or @file, or @-, and request JSON.", valueName: "json")
    )
    var json: ContentArgument?

    @Option(
        name: [.customShort("F"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Send this field of a form (multipart/form-data), or a file as name=@file[;type=…][;filename=…].",
            discussion: """
                As in curl, several files are separated by commas, name=<file sends the contents of a file as text, and
                values with commas, semicolons or blanks at their ends need double quotes: name=@"a,b;c.png".
                """,
            valueName: "name=value"
        )
    )
    var form: [FormField] = []

    @Flag(help: "Send the items as a form instead of JSON: URL-encoded, or multipart/form-data if there are files.")
    var asForm = false

    func validate() throws {
        let kinds = [!data.isEmpty || !pairs.isEmpty, json != nil, !form.isEmpty].filter { $0 }.count
        if kinds > 1 { throw ValidationError("Use only one of --data, --json and --form.") }
        try (data + [json].compactMap { $0 } + form.sources).checkStandardInput()
    }

    /// The content; nil if the options have none.
    var requestContent: RequestContent? {
        if let json { return .json(json) }
        if !form.isEmpty { return .multipart(form) }
        if data.isEmpty, pairs.isEmpty { return nil }
        return .data(data + (pairs.isEmpty ? [] : [.text(pairs.encoded)]))
    }
}

extension [ContentArgument] {
    /// Makes sure that not more than one of them is standard input.
    func checkStandardInput() throws {
        guard filter({ $0 == .standardInput }).count > 1 else { return }
        throw ValidationError("Standard input can be read only once. Use @- only once.")
    }
}
