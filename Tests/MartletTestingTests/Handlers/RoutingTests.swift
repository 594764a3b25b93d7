import HTTPTypes
import Martlet
import MartletTesting
import MartletWeb
import NIOCore
import Testing

@Suite("Routes, over every carrier")
struct RoutingTests {
    typealias Carrier = TestServer.Carrier

    private struct Note: Codable, Equatable, Sendable {
        var id = 0
        var title: String
    }

    private static var router: Router {
        var router = Router()
        router.get("/notes") { request in
            try await request.response.end(json: [Note(id: 1, title: "Buy milk")])
        }
        router.get("/notes/{id}", Int.self) { request, id in
            try await request.response.end(json: Note(id: id, title: "Number \(id)"))
        }
        router.get("/notes/new") { request in try await request.response.end("A new one") }
        router.get("/files/{path...}") { request in
            try await request.response.end(request.parameters["path"] ?? "none")
        }
        router.post("/notes", json: Note.self) { request, note in
            request.response.status = .created
            request.response.headers[.location] = "/notes/7"
            try await request.response.end(json: Note(id: 7, title: note.title))
        }
        router.put("/notes/{id}", Int.self, json: Note.self) { request, id, note in
            try await request.response.end(json: Note(id: id, title: note.title))
        }
        router.patch("/notes/{id}", Int.self) { request, id in
            try await request.response.end("\(id): \(try await request.text())")
        }
        router.delete("/notes/{id}", Int.self) { request, _ in request.response.status = .noContent }
        router.group("/admin") { admin in
            admin.get("/overview") { request in try await request.response.end(request.route ?? "none") }
        }
        return router
    }

    @Test("give JSON", arguments: Carrier.allCases)
    func json(carrier: Carrier) async throws {
        let answer = try await TestServer(Self.router, over: carrier).get("/notes")
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
        #expect(try answer.json([Note].self) == [Note(id: 1, title: "Buy milk")])
    }

    @Test("capture what their type can be made of", arguments: Carrier.allCases)
    func capture(carrier: Carrier) async throws {
        let app = TestServer(Self.router, over: carrier)
        #expect(try await app.get("/notes/42").json() == Note(id: 42, title: "Number 42"))
        #expect(try await app.get("/notes/many").status == .notFound)
    }

    @Test("prefer the more specific pattern", arguments: Carrier.allCases)
    func specific(carrier: Carrier) async throws {
        #expect(try await TestServer(Self.router, over: carrier).get("/notes/new").text == "A new one")
    }

    @Test("capture all that follows", arguments: Carrier.allCases)
    func rest(carrier: Carrier) async throws {
        let app = TestServer(Self.router, over: carrier)
        #expect(try await app.get("/files/a/b%20c/d.txt").text == "a/b c/d.txt")
    }

    @Test("take JSON", arguments: Carrier.allCases)
    func create(carrier: Carrier) async throws {
        let answer = try await TestServer(Self.router, over: carrier).post("/notes", json: Note(title: "Bread"))
        try answer.expect(.created)
        #expect(answer.headers[.location] == "/notes/7")
        #expect(try answer.json() == Note(id: 7, title: "Bread"))
    }

    @Test("replace by PUT", arguments: Carrier.allCases)
    func replace(carrier: Carrier) async throws {
        let answer = try await TestServer(Self.router, over: carrier).put("/notes/3", json: Note(title: "Eggs"))
        #expect(try answer.json() == Note(id: 3, title: "Eggs"))
    }

    @Test("change by PATCH", arguments: Carrier.allCases)
    func change(carrier: Carrier) async throws {
        #expect(try await TestServer(Self.router, over: carrier).patch("/notes/3", body: "less").text == "3: less")
    }

    @Test("delete without content", arguments: Carrier.allCases)
    func delete(carrier: Carrier) async throws {
        let answer = try await TestServer(Self.router, over: carrier).delete("/notes/3")
        #expect(answer.status == .noContent)
        #expect(answer.text == "")
    }

    @Test("answer HEAD as GET, without the content", arguments: Carrier.allCases)
    func head(carrier: Carrier) async throws {
        let app = TestServer(Self.router, over: carrier)
        let (head, get) = (try await app.head("/notes"), try await app.get("/notes"))
        #expect(head.status == .ok)
        #expect(head.headers[.contentLength] == "\(get.body.readableBytes)")
        #expect(head.text == "")
    }

    @Test("say which methods there are", arguments: Carrier.allCases)
    func options(carrier: Carrier) async throws {
        let app = TestServer(Self.router, over: carrier)
        let answer = try await app.send(.options, "/notes")
        #expect(answer.headers[.allow] == "GET, HEAD, POST, OPTIONS")
        #expect(try await app.delete("/notes").status == .methodNotAllowed)
    }

    @Test("say 404 where there are none", arguments: Carrier.allCases)
    func missing(carrier: Carrier) async throws {
        #expect(try await TestServer(Self.router, over: carrier).get("/nowhere").status == .notFound)
    }

    @Test("redirect to the path without a slash at its end", arguments: Carrier.allCases)
    func slash(carrier: Carrier) async throws {
        let answer = try await TestServer(Self.router, over: carrier).get("/notes/")
        #expect(answer.status == .permanentRedirect)
        #expect(answer.headers[.location] == "/notes")
    }

    @Test("know their own pattern", arguments: Carrier.allCases)
    func pattern(carrier: Carrier) async throws {
        #expect(try await TestServer(Self.router, over: carrier).get("/admin/overview").text == "/admin/overview")
    }

    @Test("that contradict each other are told at the first request", arguments: Carrier.allCases)
    func conflict(carrier: Carrier) async throws {
        var router = Router()
        router.get("/{a}") { _ in }
        router.get("/{b}") { _ in }
        let app = TestServer(router, over: carrier)
        let error = await #expect(throws: (any Error).self) { _ = try await app.get("/") }
        #expect("\(try #require(error))".contains("/{b}"))
    }
}
