import Foundation
import HTTPTypes
import Martlet
import NIOCore
import TestProcesses
import Testing

/// What visitors of `martlet serve` get, and what its user sees.
@Suite("martlet serve", .serialized, .timeLimit(.minutes(5)))
struct ServeTests {
    private static let browser = "text/html,application/xhtml+xml,*/*;q=0.8"

    @Test(
        "S12: What the server refuses is in the log, and answered as errors of the site are",
        arguments: ["combined", "json", "short"]
    )
    func refused(log: String) async throws {
        try await withTemporaryDirectory { directory in
            try await withServing("--log", log, "--cors", in: directory) { serving in
                let port = try #require(serving.url.split(separator: ":").last)
                let text = "GET /\u{1} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://b\r\nAccept: text/html\r\n\r\n"
                // In one piece, by tail: a head is refused as soon as its error is seen, with what is there of it.
                let send = "printf '%s' \"$0\" | tail -n 100 >&3"
                let process = try Subprocess(
                    "/usr/bin/env",
                    ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); \(send); cat <&3", text]
                )
                let answer = await process.output.text
                #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
                #expect(answer.contains("\r\nAccess-Control-Allow-Origin: *\r\n"))
                #expect(answer.contains("<h1>Bad Request</h1>"))
                let run = await serving.interrupt()
                let line =
                    switch log {
                    case "combined": "\"GET /%01 HTTP/1.1\" 400 "
                    case "json": "\"target\":\"/%01\""
                    default: " 400 GET /%01 "
                    }
                #expect(run.text.contains(line), "\(run.text)")
            }
        }
    }

    @Test("Files, listings and error pages, to this machine only, and a line for each")
    func defaults() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("Han Solo", to: "sub/a b.txt")
            try directory.write("secret", to: ".env")
            try await withServing(in: directory) { serving in
                #expect(serving.url.hasPrefix("http://127.0.0.1:"))
                let file = try await serving.get("/sub/a%20b.txt")
                #expect(try await file.text() == "Han Solo")
                #expect(file.headers[.cacheControl] == "no-cache")
                #expect(file.headers[.accessControlAllowOrigin] == nil)
                #expect(try await serving.get("/sub").headers[.location] == "/sub/")
                let listing = try await serving.get("/sub/").text()
                #expect(listing.contains(#"<a href="./a%20b.txt">a b.txt</a>"#))
                // The form is not there unless it is wanted.
                #expect(try await serving.get("/?upload").text().contains("Index of"))
                let posted = try await serving.post("/?upload", body: .text("x"))
                #expect(posted.status == .methodNotAllowed)
                #expect(posted.headers[.allow] == "GET, HEAD, OPTIONS")
                let missing = try await serving.get("/none", accept: Self.browser)
                #expect(missing.status == .notFound)
                #expect(try await missing.text().contains("<h1>Not Found</h1>"))
                #expect(try await serving.get("/.env").text() == "Not Found")

                let run = await serving.interrupt()
                #expect(run.status == 130)
                #expect(run.errors == "Serving . at \(serving.url)/\n")
                let lines = run.text.split(separator: "\n")
                #expect(lines.count == 7)
                let pattern = #/\d\d:\d\d:\d\d 200 GET /sub/a%20b\.txt  8 B  \d+\.\d ms  127\.0\.0\.1/#
                #expect(lines.first?.wholeMatch(of: pattern) != nil, "\(run.text)")
                #expect(lines.last?.contains(" 404 GET /.env  9 B  ") == true)
            }
        }
    }

    @Test("S16: A method that is not known is answered 501, one that is 405", arguments: [".", "--upload"])
    func methods(argument: String) async throws {
        try await withTemporaryDirectory { directory in
            try await withServing(argument, in: directory) { serving in
                for (method, status) in [("ABC", "501"), ("abc", "501"), ("PUT", "405"), ("DELETE", "405")] {
                    for path in ["/", "/none", "/?upload"] {
                        let curl = try Subprocess(
                            "curl",
                            ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", method, serving.url + path]
                        )
                        #expect(await curl.output.text == status, "\(method) \(path)")
                    }
                }
            }
        }
    }

    @Test("https, with a certificate that is made for this machine, or another one")
    func secure() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("Han Solo", to: "site/a.txt")
            let home = directory.appending(path: "certificates").path
            let authority = home + "/authority.pem"
            try await withServing("site", "--tls", in: directory, environment: ["MARTLET_CERTIFICATES": home]) {
                serving in
                #expect(serving.url.hasPrefix("https://localhost:"))
                let got = try await martlet("get", "--cacert", authority, serving.url + "/a.txt")
                #expect(got.text == "Han Solo")
                let distrusted = try await martlet("get", serving.url + "/a.txt")
                #expect(distrusted.status == 35)
                let curl = await Run(try Subprocess("curl", ["-s", "--cacert", authority, serving.url + "/a.txt"]))
                #expect(curl.text == "Han Solo")
                let run = await serving.interrupt()
                #expect(
                    run.errors.contains(
                        "A certificate authority for https on this machine has been created: \(authority)\n"
                    )
                )
            }
            // What is made once is used again; and it can be given by hand.
            let again = directory.appending(path: "again").path
            try await withServing("site", "--tls", in: directory, environment: ["MARTLET_CERTIFICATES": home]) {
                serving in
                let run = await serving.interrupt()
                #expect(run.errors.contains("\nTry it: curl --cacert \(authority) \(serving.url)/\n"))
            }
            try await withServing(
                "site",
                "--cert",
                home + "/localhost.pem",
                "--key",
                home + "/localhost-key.pem",
                in: directory,
                environment: ["MARTLET_CERTIFICATES": again]
            ) { serving in
                #expect(serving.url.hasPrefix("https://127.0.0.1:"))
                let url = serving.url.replacing("127.0.0.1", with: "localhost")
                let got = try await martlet("get", "--cacert", authority, url + "/a.txt")
                #expect(got.text == "Han Solo")
                #expect(await serving.interrupt().errors == "Serving site at \(serving.url)/\n")
            }
            #expect(!FileManager.default.fileExists(atPath: again))

            let half = try await martlet("serve", "--port", "0", "--cert", "a.pem")
            #expect(half.status == 64)
            #expect(half.errors.hasPrefix("Error: Use --cert and --key together.\n"))
            let none = try await martlet("serve", "--port", "0", "--cert", "a.pem", "--key", "b.pem", in: directory)
            #expect(none.status == 1)
            #expect(none.errors == "martlet: There is no file a.pem.\n")
            let busy = try await martlet(
                "serve",
                "--port",
                "0",
                "--tls",
                in: directory,
                environment: ["MARTLET_CERTIFICATES": directory.path + "/site/a.txt"]
            )
            #expect(busy.status == 1)
            #expect(busy.errors == "martlet: \(directory.path)/site/a.txt is not a directory.\n")
        }
    }

    @Test("What differs from the usual when it is asked for")
    func options() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("<h1>App</h1>", to: "app.html")
            try directory.write("shown", to: ".env")
            try directory.write("x", to: "sub/a")
            try await withServing(
                "--no-listing",
                "--hidden",
                "--cache",
                "60",
                "--cors",
                "--spa-file",
                "app.html",
                "--log",
                "json",
                in: directory
            ) { serving in
                let hidden = try await serving.get("/.env")
                #expect(try await hidden.text() == "shown")
                #expect(hidden.headers[.cacheControl] == "public, max-age=60")
                #expect(try await serving.get("/sub/").status == .notFound)
                // A browser on its way to a page gets the application, a script that is missing is missing.
                let page = try await serving.get("/heroes/1?tab=2", accept: Self.browser)
                #expect(page.status == .ok)
                #expect(page.headers[.contentType] == "text/html; charset=utf-8")
                #expect(page.headers[values: .vary].contains("Accept"))
                #expect(try await page.text() == "<h1>App</h1>")
                #expect(try await serving.get("/sub/a", accept: Self.browser).text() == "x")
                #expect(try await serving.get("/heroes.js", accept: "*/*").status == .notFound)
                #expect(try await serving.post("/heroes/1", body: .text("x")).status == .methodNotAllowed)

                let run = await serving.interrupt()
                let lines = run.text.split(separator: "\n")
                #expect(lines.count == 6)
                #expect(lines.allSatisfy { $0.hasPrefix("{\"time\":\"") && $0.hasSuffix("\"complete\":true}") })
            }
        }
    }

    @Test("Pages of other sites may read files, and errors, with --cors")
    func otherSites() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("0123456789", to: "a.txt")
            try await withServing("--cors", "--log", "none", in: directory) { serving in
                let origin = "Origin: https://example.com"
                let run = try await martlet("get", "\(serving.url)/a.txt", "-i", "-H", origin, "-H", "Range: bytes=2-4")
                #expect(run.text.contains("HTTP/1.1 206 Partial Content"))
                #expect(run.text.contains("Access-Control-Allow-Origin: *"))
                #expect(run.text.contains("Access-Control-Expose-Headers: Content-Range, "))
                #expect(run.text.hasSuffix("234"))
                let missing = try await martlet("get", "\(serving.url)/none", "-i", "-H", origin)
                #expect(missing.text.contains("HTTP/1.1 404 Not Found"))
                #expect(missing.text.contains("Access-Control-Allow-Origin: *"))
                let ended = await serving.interrupt()
                #expect(ended.text == "")
            }
        }
    }

    @Test("Uploads appear beside the files, and never in place of one")
    func uploads() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("old", to: "a.txt")
            try await withServing("--upload", "--log", "common", in: directory) { serving in
                let url = await serving.process.errors.line(startingWith: "Upload files at ")
                #expect(url == "Upload files at \(serving.url)/?upload")
                #expect(try await serving.get("/?upload").text().contains("<form method=\"post\""))
                #expect(try await serving.get("/").text().contains("Index of"))
                var form = MultipartFormData()
                form.append(.bytes(ByteBuffer(string: "new")), named: "files", fileName: "a.txt")
                form.append(.bytes(ByteBuffer(string: "x")), named: "files", fileName: "../.b")
                let stored = try await serving.post("/?upload", body: .multipart(form))
                #expect(stored.status == .created)
                #expect(try await stored.text() == #"[{"bytes":3,"name":"a (2).txt"},{"bytes":1,"name":"b"}]"#)
                #expect(try await serving.get("/a%20(2).txt").text() == "new")
                #expect(directory.text(of: "a.txt") == "old")
                // The form of another site can't fill the disk.
                let foreign: HTTPFields = [.origin: "https://example.com"]
                let refused = try await serving.post("/?upload", body: .multipart(form), headers: foreign)
                #expect(refused.status == .forbidden)
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 3)

                let run = await serving.interrupt()
                #expect(run.text.hasPrefix("127.0.0.1 - - ["))
                #expect(run.text.contains("\"POST /?upload HTTP/1.1\" 201 "))
            }
        }
    }

    @Test("A terminal shows colours")
    func terminal() async throws {
        try await withTemporaryDirectory { directory in
            try await withServing(in: directory, terminals: [1]) { serving in
                _ = try await serving.get("/none")
                let run = await serving.interrupt()
                #expect(run.text.contains(" \u{1B}[1;31m404\u{1B}[0m GET /none  9 B  "))
            }
        }
    }

    @Test("Everybody on the network is let in when asked for, at the addresses that are told")
    func network() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("Han Solo", to: "a.txt")
            try await withServing("--host", "0.0.0.0", in: directory) { serving in
                let text = try await serving.get("/a.txt").text()
                #expect(text == "Han Solo")
                let run = await serving.interrupt()
                // How many there are depends on the machine.
                let others = run.errors.split(separator: "\n").dropFirst()
                #expect(others.allSatisfy { $0.hasPrefix("On the network: http://") && !$0.contains("127.0.0.1") })
            }
        }
    }

    // MARK: The end

    /// Enough that the system does not take it all at once.
    private static let length = 64 * 1_048_576

    private func withDownload(
        _ test: (_ serving: Serving, _ directory: URL, _ response: HTTPClientResponse) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("", to: "falcon.iso")
            let file = try FileHandle(forWritingTo: directory.appending(path: "falcon.iso"))
            try file.truncate(atOffset: UInt64(Self.length))
            try file.close()
            try await withServing(in: directory) { serving in
                let response = try await serving.get("/falcon.iso")
                serving.process.send(SIGINT)
                let message = "martlet: A request is still in progress. Press Control-C again to end immediately."
                #expect(await serving.process.errors.line(startingWith: "martlet: ") == message)
                try await test(serving, directory, response)
            }
        }
    }

    @Test("Control-C lets downloads finish, and nobody else in")
    func graceful() async throws {
        try await withDownload { serving, directory, response in
            let refused = try await martlet("get", "\(serving.url)/falcon.iso", "-o", "-")
            #expect(refused.status == 7)
            var count = 0
            for try await bytes in response.body { count += bytes.readableBytes }
            #expect(count == Self.length)
            let run = await Run(serving.process)
            #expect(run.status == 130)
            #expect(run.text.contains(" 200 GET /falcon.iso  64.0 MiB  "))
            #expect(!run.text.contains("incomplete"))
        }
    }

    @Test("A second Control-C ends at once")
    func impatient() async throws {
        try await withDownload { serving, _, response in
            serving.process.send(SIGINT)
            #expect(await Run(serving.process).status == 130)
            await #expect(throws: HTTPBodyError.connectionClosed) {
                for try await _ in response.body {}
            }
        }
    }

    // MARK: Mistakes

    @Test("Mistakes are told in one line that says what to do")
    func mistakes() async throws {
        try await withTemporaryDirectory { directory in
            try directory.write("x", to: "file")
            let other = try await HTTPServer.bind(.loopbackIPv4, port: 0)
            let taken = try await martlet("serve", "--port", "\(other.port)", in: directory)
            await other.close()
            #expect(taken.status == 1)
            #expect(
                taken.errors == """
                    martlet: Port \(other.port) is in use by another program. Choose another one with --port; 0 means \
                    any free one.

                    """
            )
            let missing = try await martlet("serve", "none", in: directory)
            #expect(missing.status == 23)
            #expect(missing.errors == "martlet: Couldn't open none: No such file or directory\n")
            let device = try await martlet("serve", "/dev/null", in: directory)
            #expect(device.status == 23)
            #expect(device.errors == "martlet: Couldn't open /dev/null: Not a directory\n")
            let page = try await martlet("serve", "--spa", in: directory)
            #expect(page.status == 23)
            #expect(page.errors == "martlet: Couldn't read ./index.html: No such file or directory\n")
            // An address for documentation, which no machine has (RFC 5737).
            let foreign = try await martlet("serve", "--host", "203.0.113.1", in: directory)
            #expect(foreign.status == 1)
            #expect(foreign.errors.hasPrefix("martlet: This machine has no address 203.0.113.1. Set --host to one"))
            let unknown = try await martlet("serve", "--host", "martlet.invalid", in: directory)
            #expect(unknown.status == 6)
            for arguments in [["--port", "65536"], ["--cache", "soon"], ["--log", "long"], ["a", "b"]] {
                #expect(await Run(try startMartlet(["serve"] + arguments, in: directory)).status == 64, "\(arguments)")
            }
        }
    }
}
