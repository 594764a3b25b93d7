import ArgumentParser
import Martlet
import MartletWeb

/// Serves a directory of files.
///
/// The directory holds the site and nothing else. A server that serves the directory it runs in hands out its own
/// source, its configuration and its keys to whoever asks for them by name.
struct StaticFileServer: TutorialProgram {
    static let guide = ProgramGuide(
        name: "static-file-server",
        port: 4048,
        summary: "Serves the files of a directory.",
        lesson: "How VirtualDirectory keeps clients inside the directory, whatever they put into the path.",
        linkText: "Open the site",
        curl: { "curl --path-as-is \($0)../Package.swift" }
    )

    struct Options: ParsableArguments {
        @Option(help: "The directory to serve. Without it, a small site that comes with the program is served.")
        var directory: String?

        @Flag(help: "List the entries of directories without an index.html.")
        var listing = false
    }

    private let files: VirtualDirectory

    init(options: Options, console: Console) {
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = options.listing
        files = VirtualDirectory(options.directory ?? Site.path, configuration: configuration)
    }

    func handle(_ request: HTTPServerRequest) async throws {
        try await files.handle(request)
    }
}
