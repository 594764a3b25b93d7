import ArgumentParser
import Martlet

/// A program of the tutorial, as the command line, the tour and the tests know it.
protocol TutorialProgram: RequestHandler {
    /// What the program takes on the command line beside `--host` and `--port`.
    associatedtype Options: ParsableArguments = NoOptions

    /// What there is to know about the program.
    static var guide: ProgramGuide { get }

    /// What secures the server, for programs that speak https; nil, the default, for those that don't. Throws a
    /// ``StartupError`` if something is missing.
    static func makeSecurity(options: Options, console: Console) async throws -> SecurityContext?

    /// Gets ready, before the first request. Throws a ``StartupError`` if something is missing.
    init(options: Options, console: Console) async throws
}

extension TutorialProgram {
    /// The subcommand that runs this program alone.
    static var command: any ParsableCommand.Type { ProgramCommand<Self>.self }

    static func makeSecurity(options: Options, console: Console) async throws -> SecurityContext? { nil }
}

/// The options of a program that has none.
struct NoOptions: ParsableArguments {}
