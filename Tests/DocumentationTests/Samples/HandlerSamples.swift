// swift-format-ignore-file
// The comments of samples are in columns.

import Foundation
import HTTPTypes
import HTTPWire
import Martlet
import MartletTesting
import MartletWeb
import NIOCore
import Testing

struct NewNote: Codable, Validatable {
    var title: String
    var tags: [String]?

    func validate(_ validation: inout Validation) {
        validation.require((1...200).contains(title.count), "must have 1 to 200 characters", at: "title")
        validation.forEach(tags ?? [], at: "tags") { $0.require(!$1.isEmpty, "must not be empty") }
    }
}

struct InventoryError: Error {
    var item: String
}

extension InventoryError: HTTPResponseError {
    var answer: HTTPError { HTTPError(.conflict, "\(item) is sold out.") }
}

@Suite("The samples of docs/handlers.md", .timeLimit(.minutes(5)))
struct HandlerSamples {
    // Ports that others may use.
    func serve() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.handlerTimeout = .seconds(60)             // all settings and their defaults: limits.md
        let server = try await HTTPServer.bind(InternetAddress("0.0.0.0"), port: 8080, configuration: configuration)
        try await server.serve { request in try await request.response.end("Hello, world!") }
    }

    func limits() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.maximumCollectedBytes = 64 * 1024
        configuration.headLimits.headBytes = 16 * 1024
        configuration.handlerTimeout = .seconds(10)
        let server = try await HTTPServer.bind(.anyIPv6, port: 8080, configuration: configuration)
        await server.close()
    }

    @Test func requests() async throws {
        let app = TestServer { request in
            let method = request.method                         // .get, .post, …
            let path = request.url.path                         // "/list/a%20b"
            let segments = try request.url.pathSegments         // ["list", "a b"]
            let page = try request.url.queryParameters["page"]  // "2", or nil
            let agent = request.headers[.userAgent]
            let client = request.remoteAddress
            #expect(method == .get && path == "/list/a%20b" && segments == ["list", "a b"] && page == "2")
            #expect(agent == "Martlet/0.1" && client != nil)
        }
        try await app.get("/list/a%20b?page=2").expect(.ok)
        #expect(app.errors.isEmpty)
    }

    @Test func streams() async throws {
        let app = TestServer { request in
            request.response.headers.contentType = request.headers.contentType
            try await request.response.write(contentsOf: request.body)
            try await request.response.end()
        }
        let answer = try await app.post("/", body: .text("as it came"))
        #expect(answer.text == "as it came" && answer.headers[.contentType] == "text/plain; charset=utf-8")
    }

    @Test func flushes() async throws {
        let app = TestServer { request in
            request.response.headers.contentType = .eventStream
            for number in 1...3 {
                try await request.response.write("data: \(number)\n\n")
                try await request.response.flush()
                try await Task.sleep(for: .seconds(1))
            }
        }
        #expect(try await app.get("/").text == "data: 1\n\ndata: 2\n\ndata: 3\n\n")
    }

    @Test func json() async throws {
        let app = TestServer { request in
            struct Hero: Codable {
                var name: String
                var ship: String?
            }
            let hero = try await request.json(Hero.self)  // 400 for malformed JSON, 413 above 2 MiB, 415, 422 for a wrong value
            try await request.response.end(json: ["greeting": "Hello, \(hero.name)!"])
        }
        let answer = try await app.post("/", json: ["name": "Han"])
        #expect(try answer.json() == ["greeting": "Hello, Han!"])
        try await app.post("/", body: .text("{}")).expect(.unsupportedMediaType)
        try await app.post("/", json: ["nam": "Han"]).expect(.unprocessableContent)
    }

    @Test func formatsJSON() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.json = JSONFormat(dates: .millisecondsSince1970, keys: .snakeCase)
        let app = TestServer(configuration: configuration) { request in
            struct Visit: Encodable { var firstSeen: Date }
            try await request.response.end(json: Visit(firstSeen: Date(timeIntervalSince1970: 7)))
        }
        #expect(try await app.get("/").text == "{\"first_seen\":7000}")
    }

    @Test func input() async throws {
        let notes = NoteStore()
        var router = Router()
        router.post("/notes", json: NewNote.self) { request, note in
            try await request.response.end(json: try await notes.add(note))
        }
        router.put("/notes/{id}", Int.self, json: NewNote.self) { request, id, note in
            try await request.response.end(json: try await notes.replace(id, with: note))
        }
        let app = TestServer(router)
        #expect(try await app.post("/notes", json: NewNote(title: "a")).json(Note.self).id == 8)
        #expect(try await app.put("/notes/9", json: NewNote(title: "b")).json(Note.self).id == 9)
        let refused = try await app.post("/notes", json: NewNote(title: "", tags: ["a", ""])).expect(.unprocessableContent)
        let documented = try #require(Document("docs/handlers.md")?.blocks(of: "json").first)
        #expect(refused.text == documented.replacing(#/\n */#, with: ""))
    }

    @Test func decodes() async throws {
        let app = TestServer { request in
            struct Search: Decodable {
                var text: String
                var page: Int?
                var tags: [String]                          // all parameters of that name
            }
            let search = try request.query(Search.self)     // ?text=swift&tags=a&tags=b
            let note = try await request.decode(NewNote.self)
            #expect(search.text == "swift" && search.page == nil && search.tags == ["a", "b"] && note.title == "c")
        }
        try await app.post("/?text=swift&tags=a&tags=b", body: .form(["title": "c"])).expect(.ok)
        #expect(app.errors.isEmpty)
    }

    @Test func forms() async throws {
        let app = TestServer { request in
            let id = 7
            let form = try await request.form()
            let title = form["title"] ?? "untitled"
            try await form.file("picture")?.save(to: "pictures/\(id).png")
            try await request.response.end(title)
        }
        #expect(try await app.post("/", body: .form(["title": "Falcon"])).text == "Falcon")
        #expect(try await app.post("/", body: .form([:])).text == "untitled")
    }

    @Test func cookies() async throws {
        let app = TestServer { request in
            let theme = request.cookies.first { $0.name == "theme" }?.value ?? "light"
            request.response.cookies.append(
                try SetCookie(name: "theme", value: theme, maxAge: 86_400, path: "/", sameSite: .lax)
            )
        }
        let answer = try await app.get("/", headers: [.cookie: "theme=dark"])
        #expect(answer.headers[.setCookie] == "theme=dark; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax")
    }

    @Test func signedCookies() async throws {
        let secret = Data(repeating: 7, count: 32).base64EncodedString()
        let app = TestServer { request in
            let customer = try SignedCookie("customer", keys: [SigningKey(base64: secret)], lifetime: .seconds(30 * 86_400))
            try customer.set("4711", in: request)
            let number = customer.value(in: request)  // nil if it is missing, changed or too old
            try await request.response.end(number ?? "-")
        }
        #expect(try await app.get("/").text == "-")
        #expect(try await app.get("/").text == "4711")
    }

    @Test func sessions() async throws {
        let app = TestServer { request in
            let session = try await request.session
            let visits = (session["visits"].flatMap { Int($0) } ?? 0) + 1
            session["visits"] = String(visits)
            try await request.response.end("Visit number \(visits).")
        }
        #expect(try await app.get("/").text == "Visit number 1.")
        #expect(try await app.get("/").text == "Visit number 2.")
    }

    @Test func compresses() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.autoCompress = true  // gzip or deflate, as the client prefers; sets Vary
        let app = TestServer(configuration: configuration) { request in
            try await request.response.end(String(repeating: "a", count: 5_000))
        }
        let answer = try await app.get("/", headers: [.acceptEncoding: "gzip"])
        #expect(answer.headers[.vary] == "accept-encoding", "\(answer.headers)")
    }

    @Test func decompresses() async throws {
        let store = SampleStore()
        var router = Router()
        router.group("/metrics", use: RequestDecompression()) { metrics in        // or try RequestDecompression([.gzip])
            metrics.post("/") { request in
                try await store.add(try await request.json([Sample].self))
            }
        }
        let body = Data(base64Encoded: "H4sIAAAAAAACA4uuVspLzE1VslJKUtJRKkvMKQWyjWtjAW8CBv0YAAAA")
        let headers: HTTPFields = [.contentType: "application/json", .contentEncoding: "gzip"]
        let app = TestServer(router)
        try await app.post("/metrics/", body: .bytes(body ?? Data()), headers: headers).expect(.ok)
        try await app.post("/metrics/", json: [Sample(name: "a", value: 2)]).expect(.ok)
        #expect(await store.samples == [Sample(name: "b", value: 3), Sample(name: "a", value: 2)])
    }

    @Test func errors() async throws {
        let app = TestServer { request in
            guard let id = Int(request.url.path.dropFirst()) else {
                throw HTTPError(.notFound, "There is no note \(request.url.path).")
            }
            try await request.response.end("Note \(id)")
        }
        #expect(try await app.get("/7").text == "Note 7")
        #expect(try await app.get("/x").expect(.notFound).text.contains("There is no note /x."))
    }

    @Test func ownErrors() async throws {
        let app = TestServer { _ in throw InventoryError(item: "The falcon") }
        #expect(try await app.get("/").expect(.conflict).text.contains("The falcon is sold out."))
    }

    @Test func problems() async throws {
        let app = TestServer { _ in
            throw Problem(.conflict, "Only 3 are left.", type: "https://example.com/sold-out", extensions: ["left": 3])
        }
        let answer = try await app.get("/").expect(.conflict)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(try answer.json(JSONValue.self)["left"]?.integer == 3)
    }

    @Test func conditions() async throws {
        let (notes, id) = (NoteStore(), 7)
        let app = TestServer { request in
            let note = try await notes.note(id)
            if try request.isFresh(etag: EntityTag(opaqueTag: "\(note.version ?? 0)")) { return }
            try await request.response.end(json: note)
        }
        try await app.get("/").expect(.ok)
        try await app.get("/", headers: [.ifNoneMatch: "\"3\""]).expect(.notModified)
    }

    @Test func entityTags() async throws {
        var router = Router()
        router.use(try EntityTags(upTo: 64 * 1024))
        router.get("/") { request in try await request.response.end("Hello") }
        let app = TestServer(router)
        let tag = try #require(try await app.get("/").headers[.eTag])
        try await app.get("/", headers: [.ifNoneMatch: tag]).expect(.notModified)
    }

    @Test func computes() async throws {
        try await serving { server in
            try await server.serve(on: globalConcurrentExecutor) { request in
                try await request.response.end("\((1...5_000_000).reduce(0, &+))")
            }
        } _: { client, url in
            let text = try await client.get(url).text()
            #expect(text == "12500002500000")
        }
    }
}
