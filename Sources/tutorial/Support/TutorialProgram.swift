import ArgumentParser
import Martlet

/// A program of the tutorial, as used by the command line, the tour and the tests.
protocol TutorialProgram: RequestHandler {
    /// The command line options of the program besides `--host` and `--port`.
    associatedtype Options: ParsableArguments = NoOptions

    /// The description of the program.
    static var guide: ProgramGuide { get }

    /// Creates the security context of a program that uses https; nil, the default, for others. Throws a
    /// ``StartupError`` if something is missing.
    static func makeSecurity(options: Options, console: Console) async throws -> SecurityContext?

    /// Prepares the program before the first request. Throws a ``StartupError`` if something is missing.
    init(options: Options, console: Console) async throws
}

extension TutorialProgram {
    /// The subcommand that runs only this program.
    static var command: any ParsableCommand.Type { ProgramCommand<Self>.self }

    static func makeSecurity(options: Options, console: Console) async throws -> SecurityContext? { nil }
}

/// The options of a program that has none.
struct NoOptions: ParsableArguments {}
