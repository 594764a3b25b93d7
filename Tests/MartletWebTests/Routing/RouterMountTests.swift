import HTTPTypes
import Martlet
import MartletWeb
import Testing

@Suite("Groups, middleware and mounted handlers of routers")
struct RouterMountTests {
    /// Adds a letter to a field on the way in.
    private func letter(_ letter: String) -> Around {
        Around { handler in
            { request in
                request.response.headers.append(HTTPField(name: .via, value: letter))
                try await handler(request)
            }
        }
    }

    /// Answers with what a handler can know of the route.
    private struct Report: RequestHandler {
        func handle(_ request: HTTPServerRequest) async throws {
            let user = request.parameters["user"].map { " \($0)" } ?? ""
            let (route, path) = (request.route ?? "nil", request.pathBelowMount)
            try await request.response.end("\(route) [\(request.mountPath)] [\(path)]\(user)")
        }
    }

    private func with(_ router: Router, _ test: (HTTPServer) async throws -> Void) async throws {
        try router.validate()
        try await withServer(.bare, router.handler, test: test)
    }

    @Test("middleware is around everything, that of groups around their routes")
    func middleware() async throws {
        var router = Router()
        router.get("/early", Report())
        router.use(letter("a"), letter("b"))
        router.group("/admin", use: letter("c")) { admin in
            admin.get("/one", Report())
            admin.group("/{user}", use: letter("e"), letter("f")) { user in
                user.get("", Report())
                user.get("/", Report())
                user.get("/two", Report())
            }
            admin.use(letter("d"))
        }
        router.use(letter("z"))
        try await with(router) { (server: HTTPServer) async throws in
            #expect(try await server.response(to: get("/early"))["Via"] == "a, b, z")
            #expect(try await server.response(to: get("/admin/one"))["Via"] == "a, b, z, c, d")
            let two = try await server.response(to: get("/admin/x/two"))
            #expect(two["Via"] == "a, b, z, c, d, e, f")
            #expect(two.text == "/admin/{user}/two [] [/admin/x/two] x")
            #expect(try await server.response(to: get("/admin/x")).text == "/admin/{user} [] [/admin/x] x")
            #expect(try await server.response(to: get("/admin/x/")).text == "/admin/{user}/ [] [/admin/x/] x")
        }
    }

    @Test("middleware sees the router's own answers, and what the server refuses")
    func ownAnswers() async throws {
        let seen = Events<String>()
        var router = Router()
        router.use(
            Around { handler in
                { request in
                    do {
                        try await handler(request)
                    } catch {
                        seen.add("\(error)")
                        throw error
                    }
                }
            }
        )
        router.get("/a") { _ in }
        let served = router
        try await withBoundServer { server in
            let serving = Task { try await server.serve(served) }
            _ = try await server.response(to: get("/b"))
            #expect(try await seen.next() == "404 Not Found")
            _ = try await server.response(to: "POST /a HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await seen.next() == "405 Method Not Allowed")
            let refused = try await server.response(to: "GET /100% HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(refused.status == 400)
            #expect(try await seen.next().hasPrefix("400 Bad Request"))
            await server.close()
            try await serving.value
        }
    }

    @Test("a group has the trailing slash of its router, or its own")
    func trailingSlash() async throws {
        var router = Router()
        router.group("/a") { $0.get("/x", Report()) }
        router.group("/b") { group in
            group.get("/x", Report())
            group.trailingSlash = .redirects
        }
        router.trailingSlash = .strict
        try await with(router) { (server: HTTPServer) async throws in
            #expect(try await server.response(to: get("/a/x/")).status == 404)
            #expect(try await server.response(to: get("/b/x/"))["Location"] == "/b/x")
        }
    }

    @Test(
        "a mounted handler gets all that is at and below its path, and less specific than other routes",
        arguments: [
            ("/static", "/static [/static] []"), ("/static/", "/static [/static] [/]"),
            ("/static/a%2Fb/c/?q", "/static [/static] [/a%2Fb/c/]"), ("/%73tatic/x", "/static [/%73tatic] [/x]"),
            ("/staticx", "/ [] [/staticx]"), ("/", "/ [] [/]"), ("//x", "/ [] [//x]"),
            ("/static/own", "/static/own [] [/static/own]"),
            ("/users/ann%20b/x/y", "/users/{user} [/users/ann%20b] [/x/y] ann b"), ("/users/", "/ [] [/users/]"),
            ("http://a/static/x", "/static [/static] [/x]"), ("http://a", "/ [] [/]"),
        ]
    )
    func mounts(target: String, text: String) async throws {
        var router = Router()
        router.mount("/", Report())
        router.mount("/static/", Report())
        router.mount("/users/{user}", Report())
        router.get("/static/own", Report())
        try await with(router) { (server: HTTPServer) async throws in
            #expect(try await server.response(to: get(target)).text == text)
        }
    }

    @Test(
        "a mounted router goes by the rest of the path",
        arguments: [
            ("/users/ann/notes/7", "/users/{user}/notes/{id} [/users/ann] [/notes/7] ann"),
            ("/users/ann/", "/users/{user}/ [/users/ann] [/] ann"),
            ("/users/ann/deep/er/x", "/users/{user}/deep/er/{user} [/users/ann/deep] [/er/x] x"),
            ("/users/ann/files/a/b", "/users/{user}/files [/users/ann/files] [/a/b] ann"),
            ("/own", "/own [] [/own]"),
        ]
    )
    func routers(target: String, text: String) async throws {
        var deep = Router()
        deep.get("/er/{user}", Report())
        var users = Router()
        users.get("/", Report())
        users.get("/notes/{id}", Int.self) { request, _ in try await Report().handle(request) }
        users.mount("/deep", deep)
        users.mount("/files", Report())
        var root = Router()
        root.get("/own", Report())
        var router = Router()
        router.mount("/users/{user}", users)
        router.mount("/", root)
        try await with(router) { (server: HTTPServer) async throws in
            #expect(try await server.response(to: get(target)).text == text)
            #expect(try await server.response(to: get("/users/ann"))["Location"] == "/users/ann/")
            #expect(try await server.response(to: get("/users/ann/notes/7/?q"))["Location"] == "/users/ann/notes/7?q")
            #expect(try await server.response(to: get("/users/ann/other")).status == 404)
            #expect(try await server.response(to: get("//")).status == 404)
        }
    }

    @Test("a mounted directory needs no prefix of its own")
    func directories() async throws {
        let site = try TemporaryDirectory()
        try site.write("index", to: "root/index.html")
        try site.write("page", to: "root/page.txt")
        try site.makeDirectory("root/sub")
        try site.write("sub", to: "root/sub/index.html")
        try site.makeDirectory("root/list")
        try site.write("one", to: "root/list/one.txt")
        var configuration = VirtualDirectory.Configuration()
        configuration.listsDirectories = true
        let files = VirtualDirectory(site.root, configuration: configuration)
        var router = Router()
        router.mount("/static", files)
        router.mount("/static/list/one.txt", files)
        router.group("/users/{user}", use: letter("a")) { $0.mount("/static", files) }
        try await with(router) { (server: HTTPServer) async throws in
            #expect(try await server.response(to: get("/static/page.txt")).text == "page")
            #expect(try await server.response(to: get("/static/")).text == "index")
            #expect(try await server.response(to: get("/static?q")).statusLine == "HTTP/1.1 301 Moved Permanently")
            #expect(try await server.response(to: get("/static?q"))["Location"] == "/static/?q")
            #expect(try await server.response(to: get("/static/sub"))["Location"] == "/static/sub/")
            #expect(try await server.response(to: get("/static/sub/")).text == "sub")
            #expect(try await server.response(to: get("/static/none")).status == 404)
            #expect(try await server.response(to: get("/static/../root/page.txt")).status == 404)
            #expect(try await server.response(to: get("/page.txt")).status == 404)
            // The same file below another mount, and another file at the same path below a third.
            #expect(try await server.response(to: get("/users/'&ann/static/page.txt")).text == "page")
            #expect(try await server.response(to: get("/static/list/one.txt/page.txt")).text == "page")
            let list = try await server.response(to: get("/users/'&ann/static/list/")).text
            #expect(list.contains("<a href=\"/users/&#39;&amp;ann/static/\">/</a>"), "\(list)")
        }
    }

    @Test("virtual hosts can have routers, and routers virtual hosts")
    func hosts() async throws {
        var api = Router()
        api.get("/x", Report())
        let hosts = VirtualHost()
        try hosts.addHost("a", api)
        var router = Router()
        router.mount("/hosts", hosts)
        router.mount("/{user}", hosts)
        try await with(router) { (server: HTTPServer) async throws in
            #expect(try await server.response(to: get("/hosts/x")).text == "/hosts/x [/hosts] [/x]")
            #expect(try await server.response(to: get("/ann/x")).text == "/{user}/x [/ann] [/x] ann")
        }
        try await withServer(.bare, hosts.handle) { (server: HTTPServer) async throws in
            #expect(try await server.response(to: get("/x")).text == "/x [] [/x]")
        }
    }

    @Test("a value that is changed later serves as it was")
    func values() async throws {
        var router = Router()
        router.get("/a", Report())
        let first = router.handler
        var copy = router
        copy.get("/b", Report())
        for (handler, status) in [(first, 404), (router.handle, 404), (copy.handler, 200), (copy.handle, 200)] {
            try await withServer(.bare, handler) { (server: HTTPServer) async throws in
                #expect(try await server.response(to: get("/a")).status == 200)
                #expect(try await server.response(to: get("/b")).status == status)
            }
        }
    }

    @Test("the log has the route")
    func log() async throws {
        let lines = Events<String>()
        var router = Router()
        router.use(RequestLog(.json) { lines.add($0) })
        router.get("/notes/{id}", Report())
        try await with(router) { (server: HTTPServer) async throws in
            _ = try await server.response(to: get("/notes/7"))
            #expect(try await lines.next().contains(#""target":"/notes/7","route":"/notes/{id}","#))
            _ = try await server.response(to: get("/other"))
            #expect(try await !lines.next().contains("route"))
        }
    }
}
