import ArgumentParser

/// The command line tool, with a subcommand for each task.
@main
struct MartletTool: AsyncParsableCommand {
    /// The version of the package.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "An HTTP client and a file server.",
        discussion: """
            martlet get localhost:4040
            martlet post :4049/hero --json '{"name":"Han Solo"}'
            martlet get http://example.com/falcon.iso --remote-name --continue
            martlet ws :4050/ws
            martlet serve site
            martlet new note-server

            'martlet get --help' lists the options, and the exit codes that scripts can rely on.
            """,
        version: version,
        subcommands: RequestCommands.all + [
            WebSocketCommand.self,
            EventsCommand.self,
            ServeCommand.self,
            NewCommand.self,
            HashPasswordCommand.self,
        ]
    )
}
