import ArgumentParser

/// A chat for browsers.
@main
struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "A chat for browsers, with a log of everything that is said.",
        subcommands: [ServeCommand.self, LoadCommand.self],
        defaultSubcommand: ServeCommand.self
    )
}
