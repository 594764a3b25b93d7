import HTTPTypes
import Martlet
import MartletWeb
import Testing

@Suite("Routers")
struct RouterTests {
    /// Answers with a text, the route and what was captured.
    private func say(_ text: String, _ names: String...) -> HTTPServer.Handler {
        { request in
            let values = names.map { "\($0)=\(request.parameters[$0] ?? "nil")" }.joined(separator: " ")
            try await request.response.end("\(text) \(request.route ?? "nil") \(values)")
        }
    }

    /// The status and the content of the answer to a request such as `GET /`, and `Allow` or `Location`.
    private func answer(_ router: Router, _ request: String) async throws -> String {
        var answer = ""
        try await withServer(.bare, router.handler) { server in
            let response = try await server.response(to: "\(request) HTTP/1.1\r\nHost: a\r\n\r\n")
            let field = response["Allow"] ?? response["Location"]
            answer = ["\(response.status)", field, response.text].compactMap(\.self).filter { !$0.isEmpty }
                .joined(separator: " | ")
        }
        return answer
    }

    @Test(
        "choose the most specific route, whatever the order",
        arguments: [
            ("GET /", "200 | root / "),
            ("GET /?a=b", "200 | root / "),
            ("GET http://a", "200 | root / "),
            ("GET http://a?b", "200 | root / "),
            ("GET /notes", "200 | list /notes "),
            ("POST /notes", "200 | add /notes "),
            ("PUT /notes", "200 | any /notes "),
            ("GET /notes/new", "200 | new /notes/new "),
            ("GET /notes/%6Eew", "200 | new /notes/new "),
            ("GET /notes/7?x=1", "200 | note /notes/{id} id=7"),
            ("GET /notes/a%2Fb", "200 | note /notes/{id} id=a/b"),
            ("GET /notes/..", "200 | note /notes/{id} id=.."),
            ("GET /notes/{x}", "200 | note /notes/{id} id={x}"),
            ("GET /notes/%FF", "400 | The percent-decoded text is not valid UTF-8."),
            ("GET /notes/new/x", "404 | Not Found"),
            ("GET /Notes", "404 | Not Found"),
            ("GET /notes//", "404 | Not Found"),
            ("GET //notes", "404 | Not Found"),
            ("GET /files/", "200 | file /files/{path...} path="),
            ("GET /files/a//b%20c/", "200 | file /files/{path...} path=a//b c/"),
            ("PURGE /notes/7", "200 | purge /notes/{id} id=7"),
            ("GET /caf%C3%A9", "200 | café /café "),
            ("GET /caf\u{E9}", "200 | café /café "),
        ]
    )
    func specific(request: String, expected: String) async throws {
        let add: [(inout Router) -> Void] = [
            { $0.get("/", say("root")) },
            { $0.get("/notes/{id}", say("note", "id")) },
            { $0.get("/notes/new", say("new")) },
            { $0.any("/notes", say("any")) },
            { $0.get("/notes", say("list")) },
            { $0.post("/notes", say("add")) },
            { $0.get("/files/{path...}", say("file", "path")) },
            { $0.on(.purge, "/notes/{id}", say("purge", "id")) },
            { $0.get("/café", say("café")) },
        ]
        for add in [add, add.reversed()] {
            var router = Router()
            for route in add { route(&router) }
            try router.validate()
            #expect(try await answer(router, request) == expected)
        }
    }

    @Test(
        "answer by themselves what no route matches",
        arguments: [
            ("GET /other", "404 | Not Found"),
            ("DELETE /notes", "405 | GET, HEAD, POST, OPTIONS | Method Not Allowed"),
            ("POST /notes/7", "405 | GET, HEAD, DELETE, OPTIONS | Method Not Allowed"),
            ("GET /add", "405 | POST, OPTIONS | Method Not Allowed"),
            ("HEAD /add", "405 | POST, OPTIONS"),
            ("BREW /notes", "501 | Not Implemented"),
            ("HEAD /notes", "200"),
            ("HEAD /own", "202"),
            ("OPTIONS /notes", "204 | GET, HEAD, POST, OPTIONS"),
            ("OPTIONS /notes/7", "204 | GET, HEAD, DELETE, OPTIONS"),
            ("OPTIONS /own", "200 | options /own "),
            ("OPTIONS /other", "404 | Not Found"),
            ("OPTIONS *", "204 | GET, HEAD, POST, DELETE, OPTIONS"),
        ]
    )
    func unmatched(request: String, expected: String) async throws {
        var router = Router()
        router.get("/notes", say("list"))
        router.post("/notes", say("add"))
        router.get("/notes/{id}", say("note"))
        router.delete("/{kind}/{id}", say("delete"))
        router.post("/add", say("add"))
        router.head("/own") { $0.response.status = .accepted }
        router.get("/own", say("own"))
        router.options("/own", say("options"))
        try router.validate()
        #expect(try await answer(router, request) == expected)
    }

    @Test("leave the content of GET out for HEAD")
    func head() async throws {
        var router = Router()
        router.get("/", say("root"))
        try await withServer(.bare, router.handler) { server in
            let response = try await server.response(to: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.description == "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n")
        }
    }

    @Test(
        "redirect to the registered spelling of a path, or not",
        arguments: [
            ("GET /a/", .redirects, "308 | /a"), ("GET /a/?x=%20/", .redirects, "308 | /a?x=%20/"),
            ("POST /b", .redirects, "308 | /b/"), ("GET /files", .redirects, "308 | /files/"),
            ("GET /%61/", .redirects, "308 | /%61"), ("GET http://x/a/", .redirects, "308 | /a"),
            ("GET /a//", .redirects, "404 | Not Found"), ("GET //a", .redirects, "404 | Not Found"),
            ("GET /c", .redirects, "200 | c /c "), ("GET /c/", .redirects, "200 | slash /c/ "),
            ("GET /a/", .strict, "404 | Not Found"), ("GET /b", .strict, "404 | Not Found"),
            ("GET /a/", .ignored, "200 | a /a "), ("POST /b", .ignored, "200 | b /b/ "),
            ("DELETE /a/", .ignored, "405 | GET, HEAD, OPTIONS | Method Not Allowed"),
            ("GET /files", .ignored, "200 | file /files/{path...} path="),
            ("GET /c", .ignored, "200 | c /c "), ("GET /c/", .ignored, "200 | slash /c/ "),
        ] as [(String, Router.TrailingSlash, String)]
    )
    func trailingSlash(request: String, setting: Router.TrailingSlash, expected: String) async throws {
        var router = Router()
        router.get("/a", say("a"))
        router.post("/b/", say("b"))
        router.get("/c", say("c"))
        router.get("/c/", say("slash"))
        router.get("/files/{path...}", say("file", "path"))
        router.trailingSlash = setting
        #expect(try await answer(router, request) == expected)
    }

    @Test("never redirect to another host")
    func openRedirect() async throws {
        var router = Router()
        router.get("/{a}", say("a"))
        router.get("/{a}/{b}/", say("b"))
        for target in ["//evil.com", "//evil.com/", "/%2F/evil.com"] {
            let location = try await answer(router, "GET \(target)")
            #expect(!location.contains("| //"), "\(location)")
        }
    }

    @Test("convert what is captured, and answer 404 where that fails")
    func types() async throws {
        @Sendable func sum(_ request: HTTPServerRequest, _ first: Int, _ second: UInt8) async throws {
            try await request.response.end("\(first + Int(second))")
        }
        var router = Router()
        router.get("/sum/{a}/{b}", Int.self, UInt8.self, to: sum)
        router.get("/{word}/{rest...}", String.self, String.self) { request, word, rest in
            try await request.response.end("\(word) and \(rest)")
        }
        router.any("/nothing") { request in try await request.response.end("nothing") }
        try router.validate()
        #expect(try await answer(router, "GET /sum/-1/3") == "200 | 2")
        #expect(try await answer(router, "GET /sum/1/256") == "404 | Not Found")
        #expect(try await answer(router, "GET /sum/x/1") == "404 | Not Found")
        #expect(try await answer(router, "GET /a%20b/c/d") == "200 | a b and c/d")
        #expect(try await answer(router, "PUT /nothing") == "200 | nothing")
    }

    @Test("are the same over HTTP/2", arguments: Transport.allCases)
    func transports(transport: Transport) async throws {
        var router = Router()
        router.get("/notes/{id}", Int.self) { request, id in
            try await request.response.end("\(id) \(request.route ?? "")")
        }
        try await withServer(over: transport, .bare, router.handler) { server, client in
            let found = try await client.get("\(server.url)notes/7?x")
            #expect(try await found.text() == "7 /notes/{id}")
            let refused = try await client.post("\(server.url)notes/7", body: "x")
            #expect(refused.status == .methodNotAllowed)
            #expect(refused.headers[.allow] == "GET, HEAD, OPTIONS")
            #expect(try await client.get("\(server.url)notes/x").status == .notFound)
        }
    }

    @Test("list their routes, sorted")
    func table() {
        var inner = Router()
        inner.get("/notes") { _ in }
        inner.get("/") { _ in }
        var router = Router()
        router.post("/notes/{id}") { _ in }
        router.get("/notes/{id}") { _ in }
        router.any("/notes/{id}") { _ in }
        router.group("/admin") { $0.delete("/notes/{id}") { _ in } }
        router.mount("/static/", VirtualHost())
        router.mount("/api", inner)
        router.on(.purge, "/") { _ in }
        #expect(
            "\(router)" == """
                PURGE  /
                DELETE /admin/notes/{id}
                GET    /api/
                GET    /api/notes
                GET    /notes/{id}
                POST   /notes/{id}
                ANY    /notes/{id}
                MOUNT  /static
                """
        )
        #expect(router.routes.first?.method == .purge)
        #expect(router.routes.last?.isMount == true)
        #expect("\(Router())" == "")
    }
}
