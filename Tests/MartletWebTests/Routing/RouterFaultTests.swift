import HTTPTypes
import Martlet
import MartletWeb
import Testing

@Suite("Routers with faults")
struct RouterFaultTests {
    private struct Hello: RequestHandler {
        func handle(_ request: HTTPServerRequest) async throws {
            try await request.response.end("Hello")
        }
    }

    /// A handler that is never right.
    private struct Broken: RequestHandler {
        struct Reason: Error, CustomStringConvertible {
            var description: String { "it is broken" }
        }

        func handle(_ request: HTTPServerRequest) async throws {}
        func validate() throws { throw Reason() }
    }

    /// What the router says about its routes, a sentence each.
    private func faults(_ add: (inout Router) -> Void) -> [String] {
        var router = Router()
        add(&router)
        do {
            try router.validate()
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    @Test("name a pattern that can't be parsed, and its place")
    func pattern() {
        let file = #fileID
        let found = faults { router in
            router.get("/notes/{id", { _ in })
            router.any("notes", Hello())
            router.mount("/a//b", Hello())
            router.on(.purge, "/{x}/{x}", Int.self, Int.self) { _, _, _ in }
            router.get("/right") { _ in }
        }
        let line = #line - 6
        #expect(
            found == [
                #"GET "/notes/{id" (\#(file):\#(line)): the braces in "{id" are unbalanced."#,
                #"ANY "notes" (\#(file):\#(line + 1)): a pattern must begin with a slash."#,
                #"MOUNT "/a//b" (\#(file):\#(line + 2)): a segment is empty."#,
                #"PURGE "/{x}/{x}" (\#(file):\#(line + 3)): two captures have the name "x"."#,
            ]
        )
    }

    @Test("name a wrong number of types")
    func types() {
        let file = #fileID
        let found = faults { router in
            router.get("/{id}", Int.self, String.self) { _, _, _ in }
            router.post("/a/{x}/{y...}", Int.self) { _, _ in }
            router.put("/a", Int.self) { _, _ in }
            router.patch("/a/{x}", to: { _ in })
        }
        let line = #line - 5
        #expect(
            found == [
                #"GET "/{id}" (\#(file):\#(line)): the pattern captures 1 value, but there are 2 types."#,
                #"POST "/a/{x}/{y...}" (\#(file):\#(line + 1)): the pattern captures 2 values, but there is 1 type."#,
                #"PUT "/a" (\#(file):\#(line + 2)): the pattern captures 0 values, but there is 1 type."#,
            ]
        )
    }

    @Test("name two routes for the same requests")
    func duplicates() {
        let found = faults { router in
            router.get("/notes/{id}", { _ in }, fileID: "App/A.swift", line: 1)
            router.get("/notes/{name}", Hello(), fileID: "App/B.swift", line: 2)
            router.post("/notes/{id}", String.self, fileID: "App/C.swift", line: 3) { _, _ in }
        }
        #expect(
            found == [
                #"GET "/notes/{id}" (App/A.swift:1) and GET "/notes/{name}" (App/B.swift:2) match the same requests."#
            ]
        )
    }

    @Test(
        "name two routes of which neither is more specific, and a path that both match",
        arguments: [
            ("/a/{x}", HTTPRequest.Method.get, "/{y}/b", HTTPRequest.Method.get, "/a/b"),
            ("/a/{rest...}", .get, "/{y}/b", .get, "/a/b"),
            ("/{x}/{y}", .put, "/a/{rest...}", nil, "/a/x"),
            ("/{x}", .get, "/a", nil, "/a"),
            ("/a", .get, "/{x}", .head, "/a"),
            ("/{x}/", .get, "/a/{rest...}", .get, "/a/"),
            ("/caf%C3%A9/{x}", .get, "/{y}/b", .get, "/caf%C3%A9/b"),
        ] as [(String, HTTPRequest.Method?, String, HTTPRequest.Method?, String)]
    )
    func conflicts(
        first: String,
        firstMethod: HTTPRequest.Method?,
        second: String,
        secondMethod: HTTPRequest.Method?,
        path: String
    ) {
        func add(_ pattern: String, _ method: HTTPRequest.Method?, _ line: Int, to router: inout Router) -> String {
            if let method {
                router.on(method, pattern, { _ in }, fileID: "App/A.swift", line: line)
            } else {
                router.any(pattern, { _ in }, fileID: "App/A.swift", line: line)
            }
            return "\(method?.rawValue ?? "ANY") \"\(pattern)\" (App/A.swift:\(line))"
        }
        var places = ("", "")
        let forwards = faults { router in
            places = (add(first, firstMethod, 1, to: &router), add(second, secondMethod, 2, to: &router))
        }
        #expect(forwards == ["\(places.0) and \(places.1) both match \"\(path)\", and neither is more specific."])
        let backwards = faults { router in
            places = (add(second, secondMethod, 2, to: &router), add(first, firstMethod, 1, to: &router))
        }
        #expect(backwards == ["\(places.0) and \(places.1) both match \"\(path)\", and neither is more specific."])
    }

    @Test(
        "are not those of which one is more specific",
        arguments: [
            [".get /a", ".get /{x}"], [".get /a", ".any /a"], [".get /a", ".any /{x}"], [".head /a", ".get /a"],
            [".get /a/{x}", ".get /a/b", ".any /{rest...}"], [".get /a", ".post /{x}"], [".get /a", ".get /a/"],
            [".mount /", ".get /{x}", ".any /{rest...}"], [".mount /a", ".mount /a/b", ".any /a"],
            [".any /a/{rest...}", ".mount /a"],
        ]
    )
    func specific(routes: [String]) {
        let found = faults { router in
            for route in routes {
                let parts = route.split(separator: " ").map(String.init)
                switch parts[0] {
                case ".get": router.get(parts[1]) { _ in }
                case ".head": router.head(parts[1]) { _ in }
                case ".post": router.post(parts[1]) { _ in }
                case ".mount": router.mount(parts[1], Hello())
                default: router.any(parts[1]) { _ in }
                }
            }
        }
        #expect(found == [])
    }

    @Test("have those of their groups and of what is mounted")
    func nested() {
        let found = faults { router in
            router.group("/admin/") { $0.get("/a", { _ in }, fileID: "App/A.swift", line: 1) }
            router.group("/users/{id}") { users in
                users.get("notes", { _ in }, fileID: "App/A.swift", line: 2)
                users.get("/{id}", Int.self, Int.self, fileID: "App/A.swift", line: 3) { _, _, _ in }
            }
            var inner = Router()
            inner.get("/}", { _ in }, fileID: "App/B.swift", line: 4)
            router.mount("/inner", inner)
            let hosts = VirtualHost()
            try? hosts.addHost("a.com", inner)
            router.mount("/hosts", hosts)
            router.get("/broken", Broken(), fileID: "App/A.swift", line: 5)
            router.get("", { _ in }, fileID: "App/A.swift", line: 6)
        }
        #expect(
            found == [
                #"GET "/admin//a" (App/A.swift:1): a segment is empty."#,
                #"GET "notes" (App/A.swift:2): a pattern must begin with a slash."#,
                #"GET "/users/{id}/{id}" (App/A.swift:3): two captures have the name "id"."#,
                #"GET "/}" (App/B.swift:4): the braces in "}" are unbalanced."#,
                #"GET "/}" (App/B.swift:4): the braces in "}" are unbalanced."#,
                #"GET "/broken" (App/A.swift:5): it is broken."#,
                #"GET "" (App/A.swift:6): a pattern must begin with a slash."#,
            ]
        )
    }

    @Test("are not served")
    func serving() async throws {
        var router = Router()
        router.get("/{") { _ in }
        let faulty = router
        try await withBoundServer { server in
            await #expect(throws: RouterError.self) { try await server.serve(faulty) }
        }
    }

    @Test("answer every request 500 if they are served all the same, and say why")
    func unchecked() async throws {
        var router = Router()
        router.get("/right", Hello())
        router.get("/{", { _ in }, fileID: "App/A.swift", line: 1)
        let errors = Events<String>()
        let configuration = HTTPServer.Configuration.bare.with { $0.onError = { error, _ in errors.add("\(error)") } }
        try await withServer(configuration, router.handler) { server in
            let answer = try await server.response(to: get("/right"))
            #expect(answer.statusLine == "HTTP/1.1 500 Internal Server Error")
            #expect(answer.text == "Internal Server Error")
            let reason = #"GET "/{" (App/A.swift:1): the braces in "{" are unbalanced."#
            #expect(try await errors.next() == reason)
        }
    }
}
