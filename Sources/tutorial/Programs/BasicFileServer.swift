import ArgumentParser
import Martlet
import MartletWeb

/// Answers every request with one file, as a file should be sent: with its type, its date and a tag, in parts to
/// clients that request parts, and not at all to clients that already have it.
struct BasicFileServer: TutorialProgram {
    static let guide = ProgramGuide(
        name: "basic-file-server",
        port: 4046,
        summary: "Answers every request with the same file, by the rules for files.",
        lesson: "What mini-file-server lacks: caching, conditional requests and ranges, in one call of sendFile.",
        linkText: "Open the page",
        curl: { "curl --include --range 0-14 \($0)" }
    )

    struct Options: ParsableArguments {
        @Option(help: "The file to serve. Without it, a page that comes with the program is served.")
        var file: String?
    }

    private let file: String
    private let files = VirtualDirectory(Site.path)

    init(options: Options, console: Console) {
        file = options.file ?? Site.path + "/index.html"
    }

    func handle(_ request: HTTPServerRequest) async throws {
        try await files.sendFile(file, to: request)
    }
}
