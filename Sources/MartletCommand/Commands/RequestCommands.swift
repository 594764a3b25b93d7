import ArgumentParser
import HTTPTypes
import Martlet

/// The subcommands that send a request.
enum RequestCommands {
    static let all: [any ParsableCommand.Type] = [
        MethodCommand<Get>.self,
        MethodCommand<Head>.self,
        MethodCommand<Post>.self,
        MethodCommand<Put>.self,
        MethodCommand<Patch>.self,
        MethodCommand<Delete>.self,
        AnyMethodCommand.self,
    ]

    enum Get: CommandMethod {
        static let method = HTTPRequest.Method.get
        static let summary = "Fetches a resource."
    }

    enum Head: CommandMethod {
        static let method = HTTPRequest.Method.head
        static let summary = "Shows the head of a response: status and header fields."
    }

    enum Post: CommandMethod {
        static let method = HTTPRequest.Method.post
        static let summary = "Sends content to a resource."
    }

    enum Put: CommandMethod {
        static let method = HTTPRequest.Method.put
        static let summary = "Creates or replaces a resource."
    }

    enum Patch: CommandMethod {
        static let method = HTTPRequest.Method.patch
        static let summary = "Changes a part of a resource."
    }

    enum Delete: CommandMethod {
        static let method = HTTPRequest.Method.delete
        static let summary = "Deletes a resource."
    }
}

/// A method that has a subcommand of its own.
protocol CommandMethod {
    static var method: HTTPRequest.Method { get }
    static var summary: String { get }
}

/// A subcommand that sends a request.
protocol RequestCommand: AsyncParsableCommand {
    var target: TargetOptions { get }
    var items: ItemOptions { get }
    var content: ContentOptions { get }
    var output: OutputOptions { get }
    var connection: ConnectionOptions { get }
}

extension RequestCommand {
    fileprivate var options: RequestOptions {
        RequestOptions(target: target, items: items.items, content: content, output: output, connection: connection)
    }

    func validate() throws {
        try options.validate()
    }
}

/// The subcommand of one method: `martlet get URL`.
struct MethodCommand<Command: CommandMethod>: RequestCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Command.method.rawValue.lowercased(),
            abstract: Command.summary,
            discussion: CommandStatus.help
        )
    }

    // Not nested in a group of their own: the parser's checks take four times as long with every level.
    @OptionGroup var target: TargetOptions
    @OptionGroup var items: ItemOptions
    @OptionGroup(title: "Content") var content: ContentOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        try await options.send(Command.method)
    }
}

/// The subcommand for any method: `martlet request OPTIONS URL`.
struct AnyMethodCommand: RequestCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Sends a request with any method.",
        discussion: CommandStatus.help
    )

    @Argument(help: "The method, such as OPTIONS. It is case-sensitive.")
    var method: String

    @OptionGroup var target: TargetOptions
    @OptionGroup var items: ItemOptions
    @OptionGroup(title: "Content") var content: ContentOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        guard let method = HTTPRequest.Method(method) else {
            throw ValidationError("\"\(method)\" is not a method: it must be a token such as OPTIONS.")
        }
        try await options.send(method)
    }
}
