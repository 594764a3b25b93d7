import ArgumentParser
import Logging
import Martlet
import MartletWeb
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
            security: try await Program.makeSecurity(options: options, console: console),
            notifier: ServiceNotifier(),
            inherits: true
        )
        let program = try await Program(options: options, console: console)
        let handler = try program.handler(at: location)
        try await runUntilStopped(Logger(label: "tutorial")) {
            console.print("Listening on \(server.url)")
            try await server.serve(handler)
        }
    }
}

extension TutorialProgram {
    /// The handler of the program on a server at this location.
    func handler(at location: HostOption) throws -> HTTPServer.Handler {
        Self.guide.answersAnyHost ? handler : try location.guarding(handler)
    }
}

/// The options for the address to listen on and the hosts to answer for.
struct HostOption: ParsableArguments {
    @Option(help: "The address or host name to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Another allowed host name; * for any. Can be repeated.")
    var allowHost: [String] = []

    func validate() throws {
        do {
            _ = try AllowedHosts(allowHost)
        } catch {
            throw ValidationError("--allow-host: \(error).")
        }
    }

    /// Whether only this machine can reach the server.
    var isLoopback: Bool { InternetAddress(host).isLoopback }

    /// The handler, which on a server for this machine only answers requests for this machine's names only. An attacker
    /// can point another name at this machine, so that a page of theirs could read and write data of its users (DNS
    /// rebinding).
    func guarding(_ handler: @escaping HTTPServer.Handler) throws -> HTTPServer.Handler {
        guard isLoopback else { return handler }
        let hosts = try AllowedHosts(allowHost + [host]) { "To allow it, start the server with --allow-host \($0)." }
        return hosts.wrapping(handler)
    }
}
