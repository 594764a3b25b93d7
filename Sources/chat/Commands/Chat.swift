import ArgumentParser

/// A chat server for browsers.
@main
struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "A chat for browsers, with a log of all messages.",
        subcommands: [ServeCommand.self, LoadCommand.self],
        defaultSubcommand: ServeCommand.self
    )
}
