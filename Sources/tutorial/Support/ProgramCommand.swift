import ArgumentParser
import Logging
import Martlet
import ProgramSupport

/// The subcommand that runs one program.
struct ProgramCommand<Program: TutorialProgram>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Program.guide.name,
            abstract: Program.guide.summary,
            discussion: Program.guide.lesson
        )
    }

    @OptionGroup var location: HostOption

    @Option(help: "The port to listen on; 0 lets the system choose one.")
    var port = Program.guide.port

    @OptionGroup var options: Program.Options

    func run() async throws {
        let console = Console()
        let server = try await bindServer(
            for: Program.guide.name,
            host: location.host,
            port: port,
            security: try await Program.makeSecurity(options: options, console: console)
        )
        let program = try await Program(options: options, console: console)
        try await runUntilStopped(Logger(label: "tutorial")) {
            console.print("Listening on \(server.url)")
            try await server.serve(program.answer)
        }
    }
}

/// Where to listen.
struct HostOption: ParsableArguments {
    @Option(help: "The address or host name to listen on.")
    var host = "127.0.0.1"
}
