// swift-format-ignore-file
// The comments of samples are in columns.

import Foundation
import HTTPTypes
import HTTPWire
import Logging
import Martlet
import MartletTelemetry
import MartletWeb
import NIOCore

struct AccountTable: Sendable {
    struct Account: Codable, Sendable { var name: String }

    func verify(_ name: String, _ password: String) async throws -> Bool { false }

    func account(withToken token: String) async throws -> Account? { nil }
}

// The samples in comments of MartletWeb and MartletTelemetry.
struct WebComments {
    func signedCookie(_ request: HTTPServerRequest, _ secret: String) throws {
        let theme = try SignedCookie("customer", keys: [SigningKey(base64: secret)], lifetime: .seconds(30 * 86_400))
        try theme.set("4711", in: request)
        let customer = theme.value(in: request)   // "4711"; nil if it is missing, changed or too old
        try theme.remove(in: request)
        print(customer ?? "")
    }

    func feed(_ router: inout Router) throws {
        let feed = EventFeed(replay: 1_000)
        router.get("/events", feed)                                        // new EventSource("/events") in a page
        feed.publish(try ServerSentEvent("{\"id\": 7}", name: "note"))     // from anywhere
    }

    func events(_ request: HTTPServerRequest, _ builds: BuildTable) async throws {
        try await request.sendEvents { events in
            for try await step in builds.steps(of: 7) { try await events.send(json: step, name: "step") }
        }
    }

    func files(_ server: HTTPServer) async throws {
        let files = VirtualDirectory("site")
        try await server.serve(files)
    }

    func form(_ request: HTTPServerRequest, _ id: Int) async throws {
        let form = try await request.form()
        let title = form["title"] ?? "untitled"
        try await form.file("picture")?.save(to: "pictures/\(id)")
        print(title)
    }

    func multipart(_ request: HTTPServerRequest) async throws {
        for try await part in try request.multipart() where part.isFile {
            try await part.save(to: "uploads/\(UUID())")
        }
    }

    func parsed(_ request: HTTPServerRequest) async throws {
        switch try await request.parsedBody() {
        case .json(let value): print(value)
        case .form(let form): print(form.fields)
        case .text(let text): print(text)
        case .binary(let bytes): print(bytes.readableBytes)
        }
    }

    func parameters() throws {
        struct Page: Decodable {
            var number: Int?
            var tags: [String]
        }
        let page = try QueryParameters("number=2&tags=a&tags=b").decode(Page.self)
        print(page)
    }

    func picture(_ request: HTTPServerRequest) async throws {
        struct Picture: Decodable {
            var title: String
            var file: UploadedFile?
        }
        let picture = try await request.form().decode(Picture.self)
        print(picture)
    }

    func query(_ request: HTTPServerRequest) throws {
        struct Page: Decodable {
            var number: Int?
            var tags: [String]
        }
        let page = try request.query(Page.self)  // ?number=2&tags=a&tags=b
        print(page)
    }

    func hosts(_ server: HTTPServer, _ handler: @escaping HTTPServer.Handler) async throws {
        let hosts = try AllowedHosts(["falcon.local"])
        try await server.serve(around: [hosts], handler)
    }

    func basic(_ router: inout Router, _ accounts: AccountTable) throws {
        let login = try BasicAuthentication(realm: "admin") { username, password in
            try await accounts.verify(username, password)
        }
        router.group("/admin", use: login) { admin in
            admin.get("/") { request in
                let user = request[BasicAuthentication.UserKey.self] ?? ""
                try await request.response.end("Hello, \(user)!")
            }
        }
    }

    typealias Account = AccountTable.Account

    func bearer(_ router: inout Router, _ accounts: AccountTable) throws {
        enum AccountKey: RequestStorageKey {
            typealias Value = Account
        }

        let tokens = try BearerAuthentication(AccountKey.self, realm: "notes") { token in
            try await accounts.account(withToken: token)
        }
        router.group("/api", use: tokens) { api in
            api.get("/me") { request in
                try await request.response.end(json: request[AccountKey.self])
            }
        }
    }

    func cors(_ server: HTTPServer, _ handler: @escaping HTTPServer.Handler) async throws {
        let cors = try CORSPolicy(origins: .only("https://example.com"), allowsCredentials: true)
        try await server.serve(around: [cors], handler)
    }

    func protection(_ server: HTTPServer, _ handler: @escaping HTTPServer.Handler) async throws {
        let protection = try CrossOriginProtection(trusting: ["https://admin.example.com"])
        try await server.serve(around: [protection], handler)
    }

    func tags(_ router: inout Router) throws {
        router.use(try EntityTags())
    }

    func pages(_ server: HTTPServer, _ handler: @escaping HTTPServer.Handler) async throws {
        try await server.serve(around: [ErrorPages()], handler)
    }

    func redirect() async throws {
        let redirect = try HTTPSRedirect(hosts: ["example.com", "*.example.com"])
        let plain = try await HTTPServer.bind(.anyIPv6, port: 80)
        try await plain.serve(redirect)
    }

    func decompression(_ router: inout Router, _ store: SampleStore) {
        router.group("/metrics", use: RequestDecompression()) { metrics in
            metrics.post("/") { request in
                let samples = try await request.json([Sample].self)     // whether they came in gzip or not
                try await store.add(samples)
            }
        }
    }

    func requestID(_ server: HTTPServer, _ logger: Logger) async throws {
        try await server.serve(around: [RequestLog(.json), RequestID()]) { request in
            logger.info("Saving", metadata: ["request": "\(request.requestID ?? "-")"])
        }
    }

    func log(_ server: HTTPServer, _ handler: @escaping HTTPServer.Handler) async throws {
        let log = RequestLog(.combined)
        try await server.serve(around: [log], handler)
        await LogOutput.standardOutput.flush()
    }

    func timeLimit(_ router: inout Router, _ database: Database) throws {
        router.group("/reports", use: try RequestTimeout(.seconds(60))) { reports in
            reports.get("/{year}", Int.self) { request, year in
                try await request.response.end(json: try await database.report(year))
            }
        }
    }

    func transport(_ server: HTTPServer, _ handler: @escaping HTTPServer.Handler) async throws {
        let policy = StrictTransportSecurity(maxAge: 63_072_000, includeSubDomains: true)
        try await server.serve(around: [policy], handler)
    }

    func rates(_ router: inout Router, _ search: @escaping HTTPServer.Handler) throws {
        router.use(try RateLimit(600, per: .seconds(60), burst: 100))
        router.group("/search", use: try RateLimit(10, per: .seconds(60), name: "search")) { $0.get("/", search) }
    }

    func attempt(_ attempts: RateLimit, _ name: String, _ request: HTTPServerRequest) async throws {
        try await attempts.take("user \(name)", for: request)
    }

    func parameter(_ router: inout Router) {
        router.get("/notes/{id}") { request in
            try await request.response.end("Note \(request.parameters["id"] ?? "")")
        }
    }

    func typed(
        _ router: inout Router,
        _ notes: NoteStore,
        _ changeNote: @escaping @Sendable (HTTPServerRequest, String, Int) async throws -> Void
    ) {
        router.get("/notes/{id}", Int.self) { request, id in
            try await request.response.end(json: try await notes.note(id))
        }
        router.put("/users/{name}/notes/{id}", String.self, Int.self, to: changeNote)
    }

    func routes(
        _ server: HTTPServer,
        _ notes: NoteStore,
        _ login: BasicAuthentication,
        _ deleteNote: @escaping @Sendable (HTTPServerRequest, Int) async throws -> Void
    ) async throws {
        var router = Router()
        router.use(RequestLog(.combined), ErrorPages())
        router.get("/") { request in
            try await request.response.end("Hello, world!")
        }
        router.get("/notes/{id}", Int.self) { request, id in          // 404 where id is not an Int
            try await request.response.end(json: try await notes.note(id))
        }
        router.group("/admin", use: login) { admin in
            admin.delete("/notes/{id}", Int.self, to: deleteNote)
        }
        router.mount("/static", VirtualDirectory("site"))
        try await server.serve(router)
    }

    func uploads(_ server: HTTPServer) async throws {
        let uploads = UploadHandler(directory: "incoming")
        try await server.serve(uploads)
    }

    func uploadName() {
        let name = UploadName("C:\\Users\\me\\..\\.profile").text   // "profile"
        print(name)
    }

    func health(_ router: inout Router, _ database: Database) throws {
        let health = try Health(ready: [
            HealthCheck("database", within: .seconds(1)) { try await database.ping() }
        ])
        router.get("/livez", health.live)
        router.get("/readyz", health.ready)
    }
}
