import ArgumentParser

/// The programs of the tutorial, each a subcommand.
@main
struct Tutorial: AsyncParsableCommand {
    /// Every program, in the order of the tutorial. What is added here becomes a subcommand.
    static let programs: [any TutorialProgram.Type] = [
        HelloWorldServer.self,
        NumberThinker.self,
        MiniFileServer.self,
        BasicWriterServer.self,
    ]

    static let configuration = CommandConfiguration(
        commandName: "tutorial",
        abstract: "Learn to write HTTP servers in Swift, one small program at a time.",
        subcommands: programs.map { $0.command }
    )
}
