import ArgumentParser
import FoundationEssentials
import Martlet
import ProgramSupport

/// Writes the JSON that clients send to files: `POST /file.txt` writes `file.txt`.
struct BasicWriterServer: TutorialProgram {
    static let guide = ProgramGuide(
        name: "basic-writer-server",
        port: 4049,
        summary: "Writes the JSON of POST requests to files.",
        lesson: "How to read the content of a request without trusting its type, its size or its path.",
        linkText: "See a GET refused",
        curl: { "curl --json '{\"name\":\"Han Solo\",\"ship\":\"Millennium Falcon\"}' \($0)file.txt" }
    )

    struct Options: ParsableArguments {
        @Option(help: "The directory to write to. By default, “notes” is created in the working directory.")
        var directory: String?

        @Option(help: "The maximum size of a request's content in bytes.")
        var limit = 1_048_576
    }

    private let directory: URL
    private let limit: Int
    private let console: Console

    init(options: Options, console: Console) async throws {
        self.directory = try await offLoop { try Self.openDirectory(options.directory) }
        self.limit = options.limit
        self.console = console
    }

    func handle(_ request: HTTPServerRequest) async throws {
        guard request.method == .post else {
            throw HTTPError(refusing: request.method, allowed: [.post], "Unsupported request: \(request.method).")
        }
        guard request.headers.contentType?.essence == MediaType.json.essence else {
            throw HTTPError(.unsupportedMediaType, "Send the content as application/json.")
        }
        let name = try FileName(lastOf: request.url)
        // Content above the limit gets 413, and content that is not UTF-8 gets 400.
        let text = try await request.text(upTo: limit)
        let person = try await offLoop { try Person(json: text) }
        do {
            try await write(text, to: name)
        } catch {
            // The error is for the console; the client learns only that it was not the client's fault.
            console.print("Exception during file I/O: \(error)")
            request.response.status = .internalServerError
            return try await request.response.end("Exception during file I/O: \(name.text) can't be written.")
        }
        try await request.response.end("Wrote data for \(person.name).")
    }

    /// Writes the whole text or nothing: to a temporary file, which then replaces an older one.
    private func write(_ text: String, to name: FileName) async throws {
        let file = directory.appending(path: name.text)
        try await offLoop { try Data(text.utf8).write(to: file, options: .atomic) }
    }

    private static func openDirectory(_ path: String?) throws -> URL {
        let directory = URL(filePath: path ?? "notes", directoryHint: .isDirectory)
        if path == nil {
            do {
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            } catch {
                throw StartupError("\(guide.name): Can't create “notes” here. Choose one with --directory.")
            }
        }
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory), isDirectory else {
            let path = directory.path
            throw StartupError("\(guide.name): There is no directory \(path). Create it, or choose another one.")
        }
        return directory
    }
}
