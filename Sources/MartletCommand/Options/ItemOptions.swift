import ArgumentParser

/// The items of a request after its URL.
struct ItemOptions: ParsableArguments, Sendable {
    @Argument(
        help: ArgumentHelp(
            "Parts of the request: name=text and name:=json, Header:value, query==value, name@file.",
            discussion: """
                name=text and name:=json are members of a JSON object; with --as-form, or beside name@file, which uploads \
                a file, they are fields of a form. name=@file and name:=@file read the value from a file. Header: removes \
                a field. A backslash before :, ;, = or @ makes it an ordinary character.
                """,
            valueName: "item"
        )
    )
    var items: [RequestItem] = []
}
