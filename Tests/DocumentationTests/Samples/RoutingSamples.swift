// swift-format-ignore-file
// The comments of samples are in columns.

import HTTPTypes
import HTTPWire
import Martlet
import MartletTelemetry
import MartletTesting
import MartletWeb
import NIOCore
import Testing

enum UserKey: RequestStorageKey {
    typealias Value = User
}

@Suite("The samples of docs/routing.md", .timeLimit(.minutes(5)))
struct RoutingSamples {
    // A directory that is not there.
    func files(_ router: inout Router) {
        router.mount("/static", VirtualDirectory("site"))              // all that is below; another Router, too
    }

    @Test func routes() async throws {
        let notes = NoteStore()
        let login = try BasicAuthentication(realm: "admin", users: ["ada": "lovelace"])
        let deleteNote: @Sendable (HTTPServerRequest, Int) async throws -> Void = { request, id in
            await notes.remove(id)
            request.response.status = .noContent
        }
        var router = Router()
        router.use(RequestLog(.combined), ErrorPages())                // around everything, the first one outermost
        router.get("/notes") { request in
            try await request.response.end(json: await notes.all)
        }
        router.get("/notes/{id}", Int.self) { request, id in           // 404 unless it is an Int
            try await request.response.end(json: try await notes.note(id))
        }
        router.group("/admin", use: login) { admin in                  // middleware around these routes only
            admin.delete("/notes/{id}", Int.self, to: deleteNote)
        }
        router.mount("/static", VirtualDirectory("site"))              // all that is below; another Router, too
        let app = TestServer(router)
        #expect(try await app.get("/notes").json([Note].self).count == 1)
        #expect(try await app.get("/notes/7").json(Note.self).title == "Buy milk")
        try await app.get("/notes/x").expect(.notFound)
        try await app.delete("/admin/notes/7").expect(.unauthorized)
        let header = "Basic YWRhOmxvdmVsYWNl"
        try await app.delete("/admin/notes/7", headers: [.authorization: header]).expect(.noContent)
        try await app.get("/notes/7").expect(.notFound)
    }

    @Test func around() async throws {
        let answer: HTTPServer.Handler = { request in try await request.response.end("Hello, world!") }
        try await serving { server in
            let cors = try CORSPolicy(origins: .only("https://example.com"), allowsCredentials: true)
            try await server.serve(around: [RequestLog(.combined), ErrorPages(), cors], answer)
        } _: { client, url in
            let response = try await client.get(url, headers: [.origin: "https://example.com"])
            #expect(response.headers[.accessControlAllowOrigin] == "https://example.com")
        }
    }

    @Test func storage() async throws {
        struct Login: Middleware {
            func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
                { request in
                    let user = User(name: "Ada")
                    request[UserKey.self] = user                     // in the middleware
                    try await handler(request)
                }
            }
        }
        let handler: HTTPServer.Handler = { request in
            guard let user = request[UserKey.self] else { throw HTTPError(.forbidden) }
            try await request.response.end(user.name)
        }
        try await TestServer(handler).get("/").expect(.forbidden)
        #expect(try await TestServer(around: [Login()], handler).get("/").text == "Ada")
    }

    @Test func authenticates() async throws {
        let (password, users) = ("lovelace", UserTable())
        let overview: HTTPServer.Handler = { request in
            try await request.response.end(request[BasicAuthentication.UserKey.self] ?? "-")
        }
        let profile: HTTPServer.Handler = { request in try await request.response.end(request[UserKey.self]?.name ?? "-") }
        var router = Router()
        router.use(try CrossOriginProtection(trusting: ["https://admin.example.com"]))
        let login = try BasicAuthentication(realm: "admin", users: ["ada": password])          // or { user, password in … }
        let tokens = try BearerAuthentication(UserKey.self, realm: "api") { token in try await users.user(withToken: token) }
        router.group("/admin", use: login) { $0.get("/", overview) }                           // request[BasicAuthentication.UserKey.self]
        router.group("/api", use: tokens) { $0.get("/me", profile) }                           // request[UserKey.self]
        let app = TestServer(router)
        try await app.get("/admin/").expect(.unauthorized)
        try await app.get("/api/me").expect(.unauthorized)
        let basic = "Basic YWRhOmxvdmVsYWNl"
        #expect(try await app.get("/admin/", headers: [.authorization: basic]).text == "ada")
        #expect(try await app.get("/api/me", headers: [.authorization: "Bearer secret-token"]).text == "Ada")
        let foreign: HTTPFields = [.origin: "https://elsewhere.example", .authorization: basic]
        try await app.post("/admin/", body: .text("a"), headers: foreign).expect(.forbidden)
    }

    @Test func timeLimit() async throws {
        let report: @Sendable (HTTPServerRequest, Int) async throws -> Void = { request, year in
            try await request.response.end("\(year)")
        }
        var router = Router()
        router.group("/reports", use: try RequestTimeout(.seconds(60))) { $0.get("/{year}", Int.self, to: report) }
        #expect(try await TestServer(router).get("/reports/2026").text == "2026")
    }

    @Test func rates() async throws {
        var router = Router()
        router.use(try RateLimit(600, per: .seconds(60), burst: 100))
        let attempts = try RateLimit(5, per: .seconds(900), name: "log in")
        router.post("/login") { request in
            let name = "ada"
            try await attempts.take("user \(name)", for: request)  // in a handler: throws the 429
        }
        let app = TestServer(router)
        for _ in 1...5 { try await app.post("/login", body: .text("a")).expect(.ok) }
        let refused = try await app.post("/login", body: .text("a")).expect(.tooManyRequests)
        #expect(refused.headers[.retryAfter] == "180")
    }

    @Test func health() async throws {
        let database = Database()
        var (router, clientConfiguration) = (Router(), HTTPClient.Configuration())
        let health = try Health(ready: [HealthCheck("database", within: .seconds(1)) { try await database.ping() }])
        router.get("/livez", health.live)
        router.get("/readyz", health.ready)                                  // 503 from SIGTERM on
        try await TestServer(router).get("/readyz").expect(.ok)
        #if Telemetry
        clientConfiguration.middleware = [ClientTelemetry(), RequestRetries()]    // … and one for each attempt of a client
        #endif
        #expect(clientConfiguration.middleware.count < 3)
    }

    #if Telemetry
    @Test func telemetry() async throws {
        var router = Router()
        router.get("/") { request in try await request.response.end("Hello") }
        try await serving { [router] server in
            let telemetry = ServerTelemetry()                                    // http.server.request.duration, a span for each request …
            try await server.serve(around: [RequestLog(.json), RequestID(), telemetry], router)
        } _: { client, url in
            let response = try await client.get(url)
            #expect(response.headers[.xRequestID] != nil)
        }
    }
    #endif
}
