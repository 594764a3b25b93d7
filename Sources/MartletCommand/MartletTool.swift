import ArgumentParser

/// The command line tool. What it can do is a subcommand each.
@main
struct MartletTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Speaks HTTP.",
        discussion: """
            martlet get localhost:4040
            martlet post :4049/hero --json '{"name":"Han Solo"}'
            martlet get http://example.com/falcon.iso --remote-name --continue
            martlet serve site

            'martlet get --help' lists the options, and the exit codes that scripts can rely on.
            """,
        version: "0.1",
        subcommands: RequestCommands.all + [ServeCommand.self]
    )
}
