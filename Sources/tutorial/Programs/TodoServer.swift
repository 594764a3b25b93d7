import ArgumentParser
import HTTPWire
import Martlet
import MartletWeb

/// A list of things to do that several people share: a REST service, and a page that shows every change at once.
///
/// Everybody may read. To change something, a client says its name once (`PUT /visitor`), which its session keeps.
struct TodoServer: TutorialProgram {
    static let guide = ProgramGuide(
        name: "todo-server",
        port: 4052,
        summary:
            "Keeps a list of things to do that several people share, and shows each change to all of them at once.",
        lesson: "How to write a REST service: routes, validation, problems, a database, sessions, limits and events.",
        linkText: "See what is to do",
        curl: { "curl '\($0)todos?done=false'" }
    )

    struct Options: ParsableArguments {
        @Option(help: "The SQLite file for the list. It is created if it does not exist.")
        var file = "todos.sqlite"
    }

    let handler: HTTPServer.Handler

    init(options: Options, console: Console) async throws {
        handler = try Self.router(try await TodoTable.open(options.file, program: Self.guide.name)).handler
    }

    func handle(_ request: HTTPServerRequest) async throws {
        try await handler(request)
    }

    private static func router(_ todos: TodoTable) throws -> Router {
        let feed = EventFeed(replay: 1_000)
        var router = Router()
        // Errors become pages for people and problems (RFC 9457) for programs; pages of other sites change nothing.
        router.use(ErrorPages(), CrossOriginProtection())

        router.get("/") { request in
            request.response.headers[.cacheControl] = "no-store"
            try await request.response.end(TodoPage().page)
        }
        router.get("/events") { request in
            // A page that has just read the list asks for what has happened since.
            try await feed.serve(request, after: try request.url.queryParameters["after"])
        }
        router.get("/todos") { request in
            let wanted = try request.query(TodoQuery.self)
            let position = feed.lastID
            try await request.response.end(json: TodoList(after: position, todos: try await todos.list(wanted)))
        }
        router.get("/todos/{id}", Int.self) { request, id in
            let todo = try await todos.find(id)
            if try request.isFresh(etag: todo.tag) { return }
            try await request.response.end(json: todo)
        }

        let limit = try RateLimit(120, per: .seconds(60), burst: 30, name: "changes")
        router.group("/", use: limit) { changes in
            changes.put("/visitor", json: Visitor.self) { request, visitor in
                let session = try await request.session
                session.renewID()
                session[Visitor.self] = visitor
                try await request.response.end(json: visitor)
            }
            changes.post("/todos", json: NewTodo.self) { request, new in
                let todo = try await todos.add(new, by: try await visitor(request))
                feed.publish(try ServerSentEvent(json: todo, name: "change"))
                request.response.status = .created
                request.response.headers[.location] = "/todos/\(todo.id)"
                request.response.headers.entityTag = todo.tag
                try await request.response.end(json: todo)
            }
            changes.patch("/todos/{id}", Int.self, json: TodoChange.self) { request, id, change in
                _ = try await visitor(request)
                let todo = try await todos.find(id)
                // 412 for a client that knows an older version, and says so by If-Match.
                if try request.isFresh(etag: todo.tag) { return }
                let changed = try await todos.apply(change, to: todo)
                feed.publish(try ServerSentEvent(json: changed, name: "change"))
                request.response.headers.entityTag = changed.tag
                try await request.response.end(json: changed)
            }
            changes.delete("/todos/{id}", Int.self) { request, id in
                _ = try await visitor(request)
                let todo = try await todos.find(id)
                if try request.isFresh(etag: todo.tag) { return }
                try await todos.remove(todo)
                feed.publish(try ServerSentEvent(json: ["id": id], name: "removal"))
                request.response.status = .noContent
                try await request.response.end()
            }
        }
        router.get("/visitor") { request in
            try await request.response.end(json: try await visitor(request))
        }
        router.delete("/visitor") { request in
            try await request.existingSession?.destroy()
            request.response.status = .noContent
            try await request.response.end()
        }
        return router
    }

    /// The visitor whose session it is.
    private static func visitor(_ request: HTTPServerRequest) async throws -> Visitor {
        // Reading a list begins no session.
        if let visitor = try await request.existingSession?[Visitor.self] { return visitor }
        throw HTTPError(.forbidden, "Say your name first: PUT /visitor {\"name\": \"Ada\"}.")
    }
}
