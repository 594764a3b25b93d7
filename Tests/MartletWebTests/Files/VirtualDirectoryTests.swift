import HTTPTypes
import HTTPWire
import Martlet
import NIOCore
import Testing

@testable import MartletWeb

@Suite("A virtual directory")
struct VirtualDirectoryTests {
    private func site() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write("<h1>Home</h1>", to: "root/index.html")
        try directory.write("0123456789", to: "root/digits.txt")
        try directory.makeDirectory("root/sub")
        try directory.write("<h1>Sub</h1>", to: "root/sub/index.html")
        try directory.makeDirectory("root/bare")
        try directory.write("x", to: "root/bare/x.bin")
        try directory.write("secret", to: "root/.env")
        try directory.makeDirectory("root/.git")
        try directory.write("secret", to: "root/.git/config")
        try directory.makeDirectory("root/.well-known")
        try directory.write("public", to: "root/.well-known/security.txt")
        return directory
    }

    @Test("sends a file with its type, length, date and tag")
    func file() async throws {
        let site = try site()
        try await withFiles(site) { server in
            let response = try await server.response(to: get("/digits.txt"))
            #expect(response.statusLine == "HTTP/1.1 200 OK")
            #expect(response["content-type"] == "text/plain; charset=utf-8")
            #expect(response["content-length"] == "10")
            #expect(response["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT")
            #expect(response["accept-ranges"] == "bytes")
            #expect(response["cache-control"] == nil)
            let tag = try #require(response["etag"].flatMap { EntityTag($0) })
            #expect(!tag.isWeak)
            #expect(response.text == "0123456789")
        }
    }

    @Test("tells in answer to HEAD what it tells in answer to GET", arguments: ["/digits.txt", "/", "/none", "/sub"])
    func head(target: String) async throws {
        try await withFiles(try site()) { server in
            let whole = try await server.response(to: get(target))
            let head = try await server.response(to: "HEAD \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(head.statusLine == whole.statusLine)
            #expect(head.fields.map { "\($0)" } == whole.fields.map { "\($0)" })
            #expect(head.content.isEmpty)
        }
    }

    @Test(
        "finds files, index files and nothing else",
        arguments: [
            ("/", 200, "<h1>Home</h1>"), ("/index.html", 200, "<h1>Home</h1>"), ("/sub/", 200, "<h1>Sub</h1>"),
            ("/digits.txt?x=1", 200, "0123456789"), ("//digits.txt", 200, "0123456789"),
            ("/%64igits.txt", 200, "0123456789"),
            ("/bare/", 404, nil), ("/none", 404, nil), ("/none/", 404, nil), ("/digits.txt/", 404, nil),
            ("/digits.txt/x", 404, nil), ("/DIGITS.TXT", 404, nil), ("/.env", 404, nil), ("/.git/config", 404, nil),
            ("/.git/", 404, nil), ("/%2eenv", 404, nil), ("/.well-known/security.txt", 200, "public"),
            ("/%zz", 400, nil), ("/%00", 400, nil), ("/a%00.txt", 400, nil), ("/..", 404, nil),
            ("/%2e%2e/outside", 404, nil),
        ] as [(String, Int, String?)]
    )
    func paths(target: String, status: Int, content: String?) async throws {
        try await withFiles(try site()) { server in
            // Twice: the second time from memory.
            for _ in 0..<2 {
                let response = try await server.response(to: get(target))
                #expect(response.status == status)
                if let content { #expect(response.text == content) }
            }
        }
    }

    @Test("serves hidden files when told to")
    func hidden() async throws {
        try await withFiles(try site()) {
            $0.servesHiddenFiles = true
        } test: { server in
            let response = try await server.response(to: get("/.env"))
            #expect(response.text == "secret")
        }
    }

    @Test(
        "sends a client to the slash of a directory, with the query",
        arguments: [
            ("/sub", "/sub/"), ("/sub?a=b&c", "/sub/?a=b&c"), ("//sub", "/sub/"), ("/%73ub", "/sub/"),
            ("/bare?", "/bare/?"),
            ("http://evil.example/sub", "/sub/"), ("///evil.example/..%2f", nil),
        ] as [(String, String?)]
    )
    func redirect(target: String, location: String?) async throws {
        try await withFiles(try site()) { server in
            let response = try await server.response(to: get(target))
            #expect(response["location"] == location)
            #expect(response.status == (location == nil ? 404 : 301))
        }
    }

    @Test("S16: says that it does not know a method", arguments: ["ABC", "BREW", "get", "Get", "PROPFIND", "PRI"])
    func unknownMethods(method: String) async throws {
        try await withFiles(try site()) { server in
            let response = try await server.response(
                to: "\(method) /digits.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
            )
            #expect(response.status == 501)
            #expect(response["allow"] == nil)
        }
    }

    @Test("S16: allows GET and HEAD only", arguments: ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
    func methods(method: String) async throws {
        try await withFiles(try site()) { server in
            let response = try await server.response(
                to: "\(method) /digits.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
            )
            #expect(response.status == 405)
            #expect(response["allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test("answers OPTIONS")
    func options() async throws {
        try await withFiles(try site()) { server in
            let response = try await server.response(to: "OPTIONS /digits.txt HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 204)
            #expect(response["allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test(
        "answers below its prefix only",
        arguments: [
            ("static", "/static/digits.txt", 200), ("/static/", "/static/digits.txt", 200),
            ("/static", "/digits.txt", 404),
            ("/a/b", "/a/b/digits.txt", 200), ("/a/b", "/a/digits.txt", 404), ("/static", "/staticdigits.txt", 404),
            ("/static", "/static/", 200), ("/static", "/static", 301), ("/.well", "/.well/digits.txt", 200),
        ]
    )
    func prefix(prefix: String, target: String, status: Int) async throws {
        try await withFiles(try site(), pathPrefix: prefix) { server in
            let response = try await server.response(to: get(target))
            #expect(response.status == status)
        }
    }

    @Test("has handlers for directories and errors")
    func handlers() async throws {
        let site = try site()
        try await withFiles(site) { configuration in
            configuration.directoryHandler = { directory, request in
                try await directory.sendFile("x.bin", to: request)
            }
            configuration.errorPageHandler = { request in
                try await request.response.end("Oh: \(request.response.statusCode)")
            }
        } test: { server in
            let file = try await server.response(to: get("/bare/"))
            #expect(file.text == "x")
            #expect(file["content-type"] == "application/octet-stream")
            let error = try await server.response(to: get("/none"))
            #expect(error.status == 404)
            #expect(error.text == "Oh: 404")
            #expect(
                try await server.response(to: "POST / HTTP/1.1\r\nHost: a\r\n\r\n")["allow"] == "GET, HEAD, OPTIONS"
            )
        }
    }

    @Test("answers all requests of a server")
    func serve() async throws {
        let site = try site()
        try await withBoundServer { server in
            let files = VirtualDirectory(site.root, pathPrefix: "/static")
            #expect(files.root == site.root)
            #expect(files.pathPrefix == "/static")
            let serving = Task { try await server.serve(files) }
            #expect(try await server.response(to: get("/static/digits.txt")).text == "0123456789")
            #expect(try await server.response(to: get("/static/none")).status == 404)
            await server.close()
            try await serving.value
        }
    }

    @Test("tells a handler what is in a directory")
    func entries() async throws {
        let site = try site()
        try site.write("xyz", to: "root/bare/a b")
        try site.makeDirectory("root/bare/deep")
        try await withFiles(site) { configuration in
            configuration.directoryHandler = { directory, request in
                let entries = try await directory.entries().map { entry in
                    "\(entry.text) \(entry.isDirectory) \(entry.byteCount)"
                }
                try await request.response.end("\(directory.path.encoded): \(entries.joined(separator: ", "))")
            }
        } test: { server in
            let response = try await server.response(to: get("/bare/"))
            #expect(response.text == "/bare/: deep true 0, a b false 3, x.bin false 1")
        }
    }

    @Test("serves a file from anywhere when the program says so")
    func serveFile() async throws {
        let site = try site()
        try site.write("outside", to: "outside/.file.txt")
        let files = VirtualDirectory(site.root)
        try await withServer { request in
            try await files.sendFile(site.path + "/outside" + request.url.path, to: request)
        } test: { server in
            let response = try await server.response(to: get("/.file.txt", "Range: bytes=0-2"))
            #expect(response.status == 206)
            #expect(response.text == "out")
            #expect(response["content-type"] == "text/plain; charset=utf-8")
            #expect(try await server.response(to: get("/none")).status == 404)
            #expect(try await server.response(to: get("/")).status == 404)
        }
    }

    @Test("answers 404 while its root does not exist, and serves it once it does")
    func missingRoot() async throws {
        let site = try TemporaryDirectory()
        try await withServer(.bare, VirtualDirectory(site.path + "/later").handle) { server in
            #expect(try await server.response(to: get("/a.txt")).status == 404)
            try site.makeDirectory("later")
            try site.write("a", to: "later/a.txt")
            #expect(try await server.response(to: get("/a.txt")).text == "a")
        }
    }

    @Test("switches to another version of a site with its link")
    func switchedRoot() async throws {
        let site = try TemporaryDirectory()
        for version in ["one", "two"] {
            try site.makeDirectory(version)
            try site.write(version, to: "\(version)/a.txt")
        }
        try site.link("current", to: "one")
        try site.link("next", to: "two")
        try await withServer(.bare, VirtualDirectory(site.path + "/current").handle) { server in
            #expect(try await server.response(to: get("/a.txt")).text == "one")
            try site.replace("current", with: "next")
            #expect(try await server.response(to: get("/a.txt")).text == "two")
        }
    }

    @Test("shows a change at once", arguments: [0, 2])
    func changes(settlingSeconds: Int) async throws {
        let site = try TemporaryDirectory()
        try await withFiles(site) {
            $0.settlingSeconds = settlingSeconds
        } test: { server in
            let client = try await server.connect()
            for round in 0..<20 {
                // What was replaced has another inode; what was written in place another time.
                try site.write("\(round)", to: "root/new", modified: 1_000_000_000 + round)
                try site.replace("root/a.txt", with: "root/new")
                client.send(get("/a.txt"))
                #expect(try await client.response().text == "\(round)")
                client.send(get("/a.txt"))
                #expect(try await client.response().text == "\(round)")
            }
            site.remove("root/a.txt")
            #expect(try await server.response(to: get("/a.txt")).status == 404)
        }
    }

    @Test("gives a file that has just been changed a weak tag, unless it is made of the content")
    func freshTag() async throws {
        let site = try TemporaryDirectory()
        try site.write("a", to: "root/a.txt")
        for (cachedBytes, isWeak) in [(0, true), (16_384, false)] {
            try await withFiles(site) {
                $0.maximumCachedFileBytes = cachedBytes
            } test: { server in
                let response = try await server.response(to: get("/a.txt"))
                #expect(response["etag"]?.hasPrefix("W/") == isWeak)
            }
        }
    }

    @Test("keeps little in memory")
    func cacheBound() async throws {
        let site = try TemporaryDirectory()
        let configuration = VirtualDirectory.Configuration()
        var small = configuration
        small.cacheBytes = 40_000
        small.settlingSeconds = 0
        let files = VirtualDirectory(site.root, configuration: small)
        for number in 0..<60 { try site.write(Array(repeating: 0x61, count: 3000), to: Array("root/\(number)".utf8)) }
        try await withServer(.bare, files.handle) { server in
            let client = try await server.connect()
            for number in 0..<120 {
                client.send(get("/\(number % 60)"))
                #expect(try await client.response().content.count == 3000)
                #expect(files.cache.byteCount <= 40_000)
            }
            #expect(files.cache.byteCount > 4000)
        }
    }

    @Test("keeps few files open")
    func openBound() async throws {
        let site = try TemporaryDirectory()
        var configuration = VirtualDirectory.Configuration()
        configuration.cacheBytes = 2 << 20
        configuration.settlingSeconds = 0
        let files = VirtualDirectory(site.root, configuration: configuration)
        for number in 0..<30 { try site.makeHole(20_000 + number, at: "root/\(number)") }
        try await withServer(.bare, files.handle) { server in
            let client = try await server.connect()
            for number in 0..<60 {
                client.send(get("/\(number % 30)"))
                #expect(try await client.response().content.count == 20_000 + number % 30)
            }
            #expect((1...8).contains(files.cache.byteCount / 262_144))
            // A file that is kept open shows its changes too.
            client.send(get("/29"))
            #expect(try await client.response().content.first == 0)
            try site.write(Array(repeating: 1, count: 20_029), to: Array("root/29".utf8), modified: 1_000_000_001)
            client.send(get("/29"))
            #expect(try await client.response().content.first == 1)
        }
    }

    @Test("sets Cache-Control as it is told")
    func cachePolicy() async throws {
        for (policy, value) in [
            (VirtualDirectory.CachePolicy.maxAge(.seconds(3600)), "public, max-age=3600"), (.revalidate, "no-cache"),
            (.never, "no-store"), (.immutable, "public, max-age=31536000, immutable"),
            (
                .init { path, type in "max-age=\(path.utf8.count), x=\(type?.essence ?? "")" },
                "max-age=11, x=text/plain"
            ),
        ] {
            try await withFiles(try site()) {
                $0.cachePolicy = policy
            } test: { server in
                #expect(try await server.response(to: get("/digits.txt"))["cache-control"] == value)
                let cached = try await server.response(
                    to: get("/digits.txt", "If-Modified-Since: \(HTTPDate.distantFuture)")
                )
                #expect(cached.status == 304)
                #expect(cached["cache-control"] == value)
            }
        }
    }

    @Test("has every kind of name")
    func names() async throws {
        let site = try TemporaryDirectory()
        let names: [[UInt8]] =
            [
                "plain", "with space", "ünï", "日本語.txt", "a+b", "a&b=c", "a#b", "a?b", "100%", "%41", "%2e%2e", "a\\b",
                "..\\x",
                "\"quoted\"", "'", "<b>", "new\nline", "tab\t", "\u{1F426}", "a:b", "...", "-", "~", "a;b", "a|b",
                "\u{7F}", "\u{1}",
            ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x61, 0x80, 0x62], Array(repeating: 0x78, count: 255)]
        for (number, name) in names.enumerated() {
            try site.write(Array("\(number)".utf8), to: Array("root/".utf8) + name)
        }
        try await withFiles(site) {
            $0.listsDirectories = true
        } test: { server in
            let client = try await server.connect()
            for (number, name) in names.enumerated() where name.first != 0x2E {
                client.send(get("/" + RelativePath.encode(name)))
                #expect(try await client.response().text == "\(number)")
                // S9: as clients send it that do not encode, as far as a target can hold it.
                let isRaw = name.allSatisfy { $0 > 0x20 && $0 != 0x7F && ![0x23, 0x25, 0x3F].contains($0) }
                guard isRaw else { continue }
                client.send(ByteBuffer(bytes: Array("GET /".utf8) + name + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)))
                #expect(try await client.response().text == "\(number)")
            }
            // The links of the list lead to all of them.
            client.send(get("/"))
            let page = try await client.response().text
            let links = page.split(separator: "href=\"./").dropFirst().compactMap { $0.split(separator: "\"").first }
            #expect(links.count == names.count { $0.first != 0x2E })
            for link in links {
                client.send(get("/\(link)"))
                #expect(try await client.response().status == 200)
            }
        }
    }
}
