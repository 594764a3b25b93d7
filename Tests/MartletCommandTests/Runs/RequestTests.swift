import Foundation
import HTTPWire
import Martlet
import TestProcesses
import Testing

/// What is sent for what the command line says, and what comes out in a pipe.
@Suite("martlet: requests", .serialized, .timeLimit(.minutes(5)))
struct RequestTests {
    /// The fields that every request has.
    private static func defaultFields(_ url: String) -> String {
        "Host: \(url.dropFirst(7))\nUser-Agent: martlet/0.1.0\nAccept-Encoding: \(ContentCoding.accepted)\n"
    }

    @Test("Each method has a subcommand")
    func methods() async throws {
        try await withServer { url in
            for method in ["get", "post", "put", "patch", "delete"] {
                let run = try await martlet(method, "\(url)/a?b=c")
                #expect(run.status == 0)
                let length = ["post", "put", "patch"].contains(method) ? "Content-Length: 0\n" : ""
                #expect(run.text == "\(method.uppercased()) /a?b=c\n\(Self.defaultFields(url))\(length)\n")
                #expect(run.errors == "")
            }
            let options = try await martlet("request", "OPTIONS", "\(url)/a")
            #expect(options.text.hasPrefix("OPTIONS /a\n"))
            let head = try await martlet("head", "\(url)/json")
            #expect(head.text == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 35\r\n\r\n")
            let wrong = try await martlet("request", "a b", url)
            #expect(wrong.status == 64)
        }
    }

    @Test("--trace begins a trace, and says its id before anything else")
    func trace() async throws {
        try await withServer { url in
            var ids: Set<String> = []
            for _ in 0..<2 {
                let run = try await martlet("get", "\(url)/", "--trace")
                #expect(run.status == 0)
                let sent = try #require(run.text.split(separator: "\n").first { $0.hasPrefix("traceparent: ") })
                let trace = try #require(TraceContext(String(sent.dropFirst("traceparent: ".count))))
                #expect(trace.isSampled && run.errors == "trace \(trace.traceID)\n")
                ids.insert(trace.traceID)
            }
            #expect(ids.count == 2)
            let help = try await martlet("get", "--help")
            #expect(help.text.contains("--trace"))
        }
    }

    @Test("http:// can be left out")
    func shortURLs() async throws {
        try await withServer { url in
            let port = try #require(url.split(separator: ":").last)
            #expect(try await martlet("get", "127.0.0.1:\(port)/json").text == sampleJSON)
            #expect(try await martlet("get", ":\(port)/echo").text.hasPrefix("GET /echo\nHost: localhost:\(port)\n"))
        }
    }

    @Test("Header fields replace, remove and add")
    func headers() async throws {
        try await withServer { url in
            let run = try await martlet(
                "get",
                "\(url)/",
                "-H",
                "User-Agent:",
                "--header",
                "X-A: 1",
                "-H",
                "X-A: -2",
                "-H",
                "Host: b",
                "-H",
                "E;"
            )
            #expect(run.text == "GET /\nAccept-Encoding: \(ContentCoding.accepted)\nX-A: 1\nX-A: -2\nHost: b\nE: \n\n")
            let plain = try await martlet("get", "\(url)/", "--no-compressed")
            #expect(!plain.text.contains("Accept-Encoding"))
            let wrong = try await martlet("get", url, "-H", "nonsense")
            #expect(wrong.status == 64)
            #expect(wrong.errors.contains("nonsense"))
        }
    }

    @Test("Data is sent as it is")
    func data() async throws {
        try await withServer { url in
            let type = "Content-Type: application/x-www-form-urlencoded\n"
            let text = try await martlet("post", "\(url)/", "-d", "-a=b c")
            #expect(text.text == "POST /\n\(Self.defaultFields(url))\(type)Content-Length: 6\n\n-a=b c")
            let several = try await martlet("post", url, "-d", "a=1", "-d", "b=2", "--data-urlencode", "c=ü&")
            #expect(several.text.hasSuffix("\n\na=1&b=2&c=%C3%BC%26"))
            let typed = try await martlet("put", url, "-d", "x", "-H", "Content-Type: text/csv")
            #expect(typed.text.contains("\nContent-Type: text/csv\n"))
            try await withTemporaryDirectory { directory in
                try Data("from a file\n".utf8).write(to: directory.appending(path: "a b"))
                let file = try await martlet("post", url, "-d", "@a b", in: directory)
                #expect(file.text.hasSuffix("Content-Length: 12\n\nfrom a file\n"))
                let path = directory.appending(path: "a b").path
                #expect(try await martlet("post", url, "-d", "@-", input: path).text.hasSuffix("\n\nfrom a file\n"))
                let missing = try await martlet("post", url, "-d", "@none", in: directory)
                #expect(missing.status == 23)
                #expect(missing.errors == "martlet: Couldn't open none: No such file or directory\n")
            }
            // More than is held in memory: it is streamed.
            let pipe = try await shell("head -c 1500000 /dev/zero | tr '\\0' x | martlet post \(url) -d @- | wc -c")
            #expect(try #require(Int(pipe.text.trimmingCharacters(in: .whitespacesAndNewlines))) > 1_500_000)
        }
    }

    @Test("JSON is announced and asked for")
    func json() async throws {
        try await withServer { url in
            let run = try await martlet("post", "\(url)/", "--json", #"{"a":1}"#)
            let fields = "Accept: application/json, */*;q=0.5\nContent-Type: application/json\nContent-Length: 7\n"
            #expect(run.text == "POST /\n\(Self.defaultFields(url))\(fields)\n{\"a\":1}")
            let both = try await martlet("post", url, "--json", "1", "-d", "2")
            #expect(both.status == 64)
            #expect(both.errors.hasPrefix("Error: Use only one of --data, --json and --form.\n"))
        }
    }

    @Test("Forms have fields and files")
    func forms() async throws {
        try await withServer { url in
            try await withTemporaryDirectory { directory in
                try Data("PNG".utf8).write(to: directory.appending(path: "x.png"))
                let run = try await martlet(
                    "post",
                    url,
                    "-F",
                    "name=Han; Solo",
                    "-F",
                    "picture=@x.png;type=image/png",
                    in: directory
                )
                let boundary = try #require(run.text.firstMatch(of: /boundary=(\S+)/)?.output.1)
                let content = run.text[try #require(run.text.firstRange(of: "\n\n")).upperBound...]
                #expect(
                    content == """
                        --\(boundary)\r
                        Content-Disposition: form-data; name="name"\r
                        \r
                        Han; Solo\r
                        --\(boundary)\r
                        Content-Disposition: form-data; name="picture"; filename="x.png"\r
                        Content-Type: image/png\r
                        \r
                        PNG\r
                        --\(boundary)--\r

                        """
                )
                #expect(run.text.contains("\nContent-Length: \(content.utf8.count)\n"))
            }
        }
    }

    @Test("Redirects are followed when asked to")
    func redirects() async throws {
        try await withServer { url in
            let stays = try await martlet("get", "\(url)/redirect", "-i")
            #expect(stays.status == 0)
            #expect(stays.text == "HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n")
            #expect(try await martlet("get", "\(url)/redirect", "-L").text.hasPrefix("GET /echo\n"))
            let loop = try await martlet("get", "\(url)/loop", "--follow")
            #expect(loop.status == 47)
            #expect(
                loop.errors
                    == "martlet: More than 5 redirects in a row. Raise --max-redirects if that is intended.\n"
            )
            let limit = try await martlet("get", "\(url)/redirect", "-L", "--max-redirects", "0")
            #expect(limit.status == 47)
        }
    }

    @Test("Credentials are sent at once, and kept within the server")
    func users() async throws {
        try await withServer { url in
            #expect(try await martlet("get", "\(url)/private/a", "-u", "Han:chew:ie").text == "Hello, Han!")
            let other = try await martlet("get", "\(url)/echo", "--user", "a:")
            #expect(other.text.contains("\nAuthorization: Basic YTo=\n"))
            let token = try await martlet("get", "\(url)/echo", "--bearer", "abc")
            #expect(token.text.contains("\nAuthorization: Bearer abc\n"))
            let digest = try await martlet("get", "\(url)/echo", "--digest", "-u", "a:b")
            #expect(!digest.text.contains("Authorization"))
            let both = try await martlet("get", url, "-u", "a:b", "--bearer", "c")
            #expect(both.status == 64)
        }
    }

    @Test("Cookies are kept in a file")
    func cookies() async throws {
        try await withServer { url in
            try await withTemporaryDirectory { directory in
                let first = try await martlet("get", "\(url)/cookie", "--cookie-jar", "jar", in: directory)
                #expect(first.status == 0)
                let second = try await martlet("get", "\(url)/echo", "--cookie-jar", "jar", in: directory)
                #expect(second.text.contains("\nCookie: seen=1\n"))
                try Data("nonsense".utf8).write(to: directory.appending(path: "jar"))
                let broken = try await martlet("get", "\(url)/echo", "--cookie-jar", "jar", in: directory)
                #expect(broken.status == 23)
            }
        }
    }

    @Test("Unix-domain sockets and proxies")
    func ways() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "s").path
            let server = try await HTTPServer.bind(.unix(path: path), port: 0)
            let serving = Task { try? await server.serve(answer) }
            let run = try await martlet("get", "http://example.com/echo", "--unix-socket", path)
            #expect(run.text.hasPrefix("GET /echo\nHost: example.com\n"))
            await server.close(force: true)
            await serving.value
        }
        try await withServer { url in
            let run = try await martlet("get", "http://example.com/echo", "--proxy", url)
            #expect(run.text.hasPrefix("GET http://example.com/echo\nHost: example.com\n"))
            let environment = try await martlet("get", "http://example.com/echo", environment: ["http_proxy": url])
            #expect(environment.text == run.text)
            let direct = try await martlet(
                "get",
                "\(url)/echo",
                "-x",
                "",
                environment: ["http_proxy": "http://x.invalid"]
            )
            #expect(direct.text.hasPrefix("GET /echo\n"))
            let wrong = try await martlet("get", url, "--proxy", "socks5://a")
            #expect(wrong.status == 64)
        }
    }
}
