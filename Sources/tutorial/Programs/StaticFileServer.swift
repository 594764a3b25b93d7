import ArgumentParser
import Martlet
import MartletWeb

/// Serves a directory of files.
///
/// The directory must hold only the site. A server that serves its own working directory gives its source, its
/// configuration and its keys to anyone who requests them by name.
struct StaticFileServer: TutorialProgram {
    static let guide = ProgramGuide(
        name: "static-file-server",
        port: 4048,
        summary: "Serves the files of a directory.",
        lesson: "How VirtualDirectory keeps clients inside the directory, whatever the path of a request.",
        linkText: "Open the site",
        curl: { "curl --path-as-is \($0)../Package.swift" }
    )

    struct Options: ParsableArguments {
        @Option(help: "The directory to serve. By default, a small site that comes with the program.")
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
