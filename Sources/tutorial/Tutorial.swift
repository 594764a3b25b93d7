import ArgumentParser

/// The programs of the tutorial, each a subcommand, and the tour of all of them.
@main
struct Tutorial: AsyncParsableCommand {
    /// Every program, in the order of the tutorial. A program that is added here becomes a subcommand and a stop of the
    /// tour.
    static let programs: [any TutorialProgram.Type] = [
        HelloWorldServer.self,
        NumberThinker.self,
        NoteServer.self,
        MiniFileServer.self,
        BasicFileServer.self,
        HelloWorldServerSecure.self,
        StaticFileServer.self,
        BasicWriterServer.self,
        TodoServer.self,
    ]

    /// The programs that are clients of the others.
    static let clients: [any ParsableCommand.Type] = [NumberGuesser.self, BasicWriterClient.self]

    static let configuration = CommandConfiguration(
        commandName: "tutorial",
        abstract: "Learn to write HTTP servers in Swift, one small program at a time.",
        discussion: "Without a subcommand the tour starts: all programs at once, and a home page about them.",
        subcommands: [Tour.self] + programs.map { $0.command } + clients,
        defaultSubcommand: Tour.self
    )
}
