import ArgumentParser
import Martlet
import MartletWeb

/// Stores notes. Programs and scripts send JSON: `{"myNote": "Sing. Dance. Play."}` to store a note, `{"getNote": "0"}`
/// to read the first one. People use the page `take_note.html`, which sends the same.
///
/// A browser lets a page of another origin, say a site on another port, use a server only if the server allows it
/// (CORS). Allowing all origins would give the notes to every site that the browser visits: here only pages of this
/// machine and of the given origins are allowed.
struct NoteServer: TutorialProgram {
    static let guide = ProgramGuide(
        name: "note-server",
        port: 4042,
        summary: "Stores notes that you take on a page or send as JSON.",
        lesson: "How a page and a server exchange JSON, which pages may do so (CORS), and how to store data.",
        path: "/take_note.html",
        linkText: "Take a note",
        curl: { "curl --json '{\"myNote\":\"Sing. Dance. Play.\"}' \($0)" }
    )

    struct Options: ParsableArguments {
        @Option(help: "The file for the notes, one per line. It is created with the first note.")
        var file = "notes.txt"

        @Option(
            help:
                "Another origin whose pages may use the notes, such as https://example.com; * for all. Can be repeated."
        )
        var allowOrigin: [String] = []
    }

    /// The maximum size of a request in bytes: more than a note can have, however it is escaped.
    private static let limit = 8192

    private let book: NoteBook
    private let pages: TrustedPages
    private let cors: CORSPolicy
    private let console: Console

    init(options: Options, console: Console) async throws {
        let pages = try TrustedPages(options.allowOrigin, program: Self.guide.name)
        self.pages = pages
        self.console = console
        cors = try CORSPolicy(
            origins: pages.areAll ? .any : .matching { pages.contains($0) },
            methods: [.post, .options],
            requestHeaders: .only([.origin, .xRequestedWith, .contentType, .accept])
        )
        book = try await offLoop { try NoteBook(file: options.file, program: Self.guide.name) }
    }

    func handle(_ request: HTTPServerRequest) async throws {
        try await handler(request)
    }

    var handler: HTTPServer.Handler {
        // Answers preflight requests of browsers, and adds the CORS fields to all other responses.
        cors.wrapping(answer)
    }

    private func answer(_ request: HTTPServerRequest) async throws {
        let (method, path) = (request.method, request.url.path)
        switch (method, path) {
        case (.get, "/"), (.head, "/"), (.get, Self.guide.path), (.head, Self.guide.path):
            try await answerPage(request)
        case (.get, _), (.head, _):
            throw HTTPError(.notFound, "Not found: \(method), \(path)")
        case (.post, _):
            try refuseOtherPages(request)
            try await path == Self.guide.path ? takeForm(request) : takeJSON(request)
        case (.options, _):
            request.response.status = .noContent
            request.response.headers[.allow] = "GET, HEAD, POST, OPTIONS"
            try await request.response.end()
        default:
            throw HTTPError(
                refusing: method,
                allowed: [.get, .head, .post, .options],
                "Unsupported request: \(method)."
            )
        }
    }

    /// A browser sends forms and plain text without a preflight: a page that may not read the response could still
    /// write.
    private func refuseOtherPages(_ request: HTTPServerRequest) throws {
        let isAllowed = request.hasAllowedOrigin { pages.contains($0) || pages.isOwn($0, of: request) }
        guard !isAllowed else { return }
        let origins = request.headers[values: .origin].joined(separator: ", ")
        throw HTTPError(.forbidden, "Pages of \(origins) may not use these notes. See --allow-origin.")
    }

    // MARK: JSON

    private func takeJSON(_ request: HTTPServerRequest) async throws {
        // Of any type, since Dart's page sends text: pages of other origins have already been refused.
        let content = try await request.json(upTo: Self.limit, requiresType: false)
        if let note = content["myNote"] {
            let count = try await add(note)
            try await request.response.end("You have \(count) notes.\n")
        } else if let number = content["getNote"] {
            try await request.response.end(try self.note(number) + "\n")
        } else {
            throw HTTPError(.badRequest, "Send {\"myNote\":\"a note\"} or {\"getNote\":\"0\"}.")
        }
    }

    private func add(_ value: JSONValue) async throws -> Int {
        switch value {
        case .string, .integer, .number, .bool: try await add("\(value)")
        case .null, .array, .object: throw HTTPError(.badRequest, "A note must be a text.")
        }
    }

    private func note(_ number: JSONValue) throws -> String {
        let index: Int? =
            switch number {
            case .integer(let number): Int(exactly: number)
            // As in the original: text that is not a number requests the first note.
            case .string(let text): Int(text) ?? 0
            default: nil
            }
        guard let index else { throw HTTPError(.badRequest, "The number of a note must be a whole number.") }
        guard let note = book[index] else {
            throw HTTPError(.notFound, "There is no note \(index). You have \(book.notes.count) notes.")
        }
        return note
    }

    private func add(_ text: String) async throws -> Int {
        let note = try Note(text)
        do {
            return try await offLoop { try book.add(note) }
        } catch let error as HTTPError {
            throw error
        } catch {
            // The error is for the console; the client learns only that it was not the client's fault.
            console.print("Couldn't open \(book.path): \(error)")
            throw HTTPError(.internalServerError, "Couldn't save note.")
        }
    }

    // MARK: The page

    private func answerPage(_ request: HTTPServerRequest) async throws {
        var page = TakeNotePage(notes: book.notes)
        if let number = try? request.url.queryParameters["getNote"], !number.isEmpty {
            page.number = number
            do {
                page.note = try note(.string(number))
            } catch let error as HTTPError {
                page.complaint = error.message
            }
        }
        try await send(page, request)
    }

    /// The form of the page, from a browser without JavaScript.
    private func takeForm(_ request: HTTPServerRequest) async throws {
        var limits = FormLimits()
        limits.totalBytes = Self.limit
        let form = try await request.form(limits: limits)
        let text = form["myNote"] ?? ""
        do {
            _ = try await add(text)
        } catch let error as HTTPError {
            request.response.status = error.status
            return try await send(TakeNotePage(notes: book.notes, draft: text, complaint: error.message), request)
        }
        // The browser requests the page with GET, so reloading it does not send the note again.
        try await request.response.redirect(to: Self.guide.path, status: .seeOther)
    }

    private func send(_ page: TakeNotePage, _ request: HTTPServerRequest) async throws {
        request.response.headers[.cacheControl] = "no-store"
        try await request.response.end(page.page)
    }
}
