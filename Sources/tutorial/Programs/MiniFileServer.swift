import ArgumentParser
import FoundationEssentials
import Martlet

/// Answers every request with one HTML page, which is read each time: change the file, reload, and see.
struct MiniFileServer: TutorialProgram {
    static let guide = ProgramGuide(
        name: "mini-file-server",
        port: 4044,
        summary: "Answers every request with the same HTML file.",
        lesson: "How to read a file without keeping other clients waiting, and to respond with 404 if it is missing.",
        linkText: "Open the page",
        curl: { "curl --include \($0)" }
    )

    struct Options: ParsableArguments {
        @Option(help: "The HTML file to serve. By default, a page that comes with the program.")
        var file: String?
    }

    private let file: String?
    private let console: Console

    init(options: Options, console: Console) {
        self.file = options.file
        self.console = console
    }

    func handle(_ request: HTTPServerRequest) async throws {
        let response = request.response
        guard let file else {
            console.print("Serving index.html.")
            return try await response.end(IndexPage.page)
        }
        do {
            let content = try await offLoop { try Data(contentsOf: URL(filePath: file)) }
            console.print("Serving \(file).")
            response.headers.contentType = .html
            try await response.end(bytes: content)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            console.print("Can't open \(file).")
            response.status = .notFound
            try await response.end()
        } catch let error as CocoaError {
            // The error is for the console; the client learns only that there was one.
            console.print("Couldn't read file: \(error)")
            response.status = .internalServerError
            try await response.end()
        }
    }
}
