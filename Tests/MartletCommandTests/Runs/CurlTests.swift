import Foundation
import TestProcesses
import Testing

/// The commands that `--curl` prints, carried out by the real curl.
@Suite(
    "martlet: --curl",
    .serialized,
    .timeLimit(.minutes(2)),
    .enabled(if: access("/usr/bin/curl", X_OK) == 0)
)
struct CurlTests {
    /// The request that arrived, without what each program says of itself and what is another one each time.
    private func comparable(_ text: String) -> String {
        var text = text
        if let boundary = text.firstMatch(of: /boundary="?([^\s"]+)/)?.output.1 {
            text = text.replacing(boundary, with: "BOUNDARY")
        }
        let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        let own = ["user-agent: ", "accept-encoding: ", "accept: */*", "content-length: "]
        var lines = parts[0].split(separator: "\n").filter { line in !own.contains { line.lowercased().hasPrefix($0) } }
        lines[1...].sort()
        return ([lines.joined(separator: "\n")] + parts.dropFirst().map(String.init)).joined(separator: "\n\n")
    }

    @Test(
        "curl sends the same request",
        arguments: [
            ["get", "/a?b=c d", "q==e&f", "X-Key:it's $HOME `x`"], ["post", "/", "name=Han \"'$x", "age:=24"],
            ["post", "/"], ["put", "/"], ["delete", "/"], ["request", "QUERY", "/", "-d", "x"],
            ["post", "/", "-d", "a=1", "-d", "@text", "--data-urlencode", "c=ü&"],
            ["post", "/", "--json", "@text", "-H", "X-Empty;", "-H", "Accept: text/plain"],
            ["patch", "/", "--as-form", "a=b c", "d=@text"],
            ["post", "/", "a=it's \"b\"; c", "p@x, y.png", "t=@text"],
            [
                "post", "/", "-F", "a=@text;type=text/csv;filename=\"q\\\"r\"", "-F", "b=<text", "-F",
                "c=d;type=text/html",
            ],
            ["get", "/", "-u", "han:che'wie"], ["get", "/", "--bearer", "abc.def"],
            ["get", "/", "-L", "-H", "Host: b"],
            ["get", "/", "-H", "Cookie: a=b"], ["get", "/", "--no-compressed", "--http2-prior-knowledge"],
        ]
    )
    func same(arguments: [String]) async throws {
        try await withServer { url in
            try await withTemporaryDirectory { directory in
                try directory.write("PNG\n", to: "x, y.png")
                try directory.write("{\"text\": \"a\nb\"}\n", to: "text")
                let words = arguments.map { $0.hasPrefix("/") ? url + $0 : $0 }
                let sent = await Run(try startMartlet(words, in: directory))
                #expect(sent.status == 0)
                let printed = await Run(try startMartlet(words + ["--curl"], in: directory))
                #expect(printed.status == 0 && printed.errors == "")
                let curl = try await shell("\(printed.text.dropLast()) --silent --show-error", in: directory)
                #expect(curl.errors == "")
                #expect(comparable(curl.text) == comparable(sent.text), "\(printed.text)")
            }
        }
    }

    @Test("Cookies are those of the jar, and nothing is sent")
    func cookies() async throws {
        try await withServer { url in
            try await withTemporaryDirectory { directory in
                _ = try await martlet("get", "\(url)/cookie", "--cookie-jar", "jar", in: directory)
                let run = try await martlet(
                    "get",
                    url,
                    "--cookie-jar",
                    "jar",
                    "--curl",
                    "-H",
                    "Cookie: a=b",
                    in: directory
                )
                #expect(run.text == "curl \(url) --header 'Cookie: a=b; seen=1' --compressed\n")
            }
        }
        let nowhere = try await martlet("get", "nowhere.invalid/x", "--curl", "--user", "han")
        #expect(nowhere.status == 0 && nowhere.text == "curl http://nowhere.invalid/x --compressed --user han\n")
        let both = try await martlet("get", "nowhere.invalid", "--curl", "--offline")
        #expect(both.status == 64 && both.errors.hasPrefix("Error: Use only one of --curl and --offline.\n"))
    }
}
