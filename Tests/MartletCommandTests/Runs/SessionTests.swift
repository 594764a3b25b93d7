import Foundation
import HTTPWire
import Martlet
import TestProcesses
import Testing

/// Sessions that are kept between runs.
@Suite("martlet: --session", .serialized, .timeLimit(.minutes(2)))
struct SessionTests {
    /// Runs the tool with a directory for its state.
    private func run(_ arguments: String..., state: URL) async throws -> Run {
        let environment = ["HOME": "/nonexistent", "XDG_STATE_HOME": state.path]
        return await Run(try startMartlet(arguments, environment: environment))
    }

    private func files(_ state: URL) throws -> [String] {
        let found = try FileManager.default.subpathsOfDirectory(atPath: state.path)
        return found.filter { $0.hasSuffix(".cookies") || $0.hasSuffix(".headers") || $0.hasSuffix(".tmp") }.sorted()
    }

    private func mode(_ file: URL) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    }

    @Test("Cookies, header fields and credentials are sent again, to the same server, in private files")
    func sessions() async throws {
        try await withTemporaryDirectory { state in
            try await withServer { url in
                let port = try #require(url.split(separator: ":").last)
                let first = try await run(
                    "get",
                    "\(url)/cookie",
                    "--session",
                    "s",
                    "X-Key:1",
                    "-u",
                    "Han:chew:ie",
                    "If-Match:x",
                    state: state
                )
                #expect(first.status == 0 && first.errors == "")
                let directory = "martlet/sessions/http_127.0.0.1_\(port)"
                #expect(try files(state) == ["\(directory)/s.cookies", "\(directory)/s.headers"])
                for file in try files(state) { #expect(try mode(state.appending(path: file)) == 0o600) }
                #expect(try mode(state.appending(path: directory)) == 0o700)
                #expect(
                    state.text(of: "\(directory)/s.headers")
                        == "X-Key: 1\nAuthorization: Basic SGFuOmNoZXc6aWU=\n"
                )

                let second = try await run("get", "\(url)/private/a", "--session", "s", state: state)
                #expect(second.text == "Hello, Han!")
                let echo = try await run("get", "\(url)/echo", "--session", "s", state: state)
                #expect(echo.text.contains("\nX-Key: 1\n") && echo.text.contains("\nCookie: seen=1\n"))
                #expect(!echo.text.contains("If-Match"))

                // Another name, another server, and no session.
                for arguments in [
                    ["\(url)/echo", "--session", "t"], [":\(port)/echo", "--session", "s"], ["\(url)/echo"],
                ] {
                    let environment = ["XDG_STATE_HOME": state.path]
                    let other = await Run(try startMartlet(["get"] + arguments, environment: environment))
                    #expect(other.status == 0)
                    for text in ["X-Key", "Cookie", "Authorization"] { #expect(!other.text.contains(text)) }
                }

                let changed = try await run(
                    "get",
                    "\(url)/echo",
                    "--session",
                    "s",
                    "X-Key:2",
                    "--bearer",
                    "t",
                    state: state
                )
                #expect(changed.text.contains("\nX-Key: 2\n") && changed.text.contains("\nAuthorization: Bearer t\n"))
                #expect(!changed.text.contains("X-Key: 1") && !changed.text.contains("Basic"))
                let removed = try await run("get", "\(url)/echo", "--session", "s", "X-Key:", state: state)
                #expect(!removed.text.contains("X-Key"))
                #expect(state.text(of: "\(directory)/s.headers") == "Authorization: Bearer t\n")
            }
        }
    }

    @Test("--session-read-only, --offline and --curl use a session and leave it alone")
    func readOnly() async throws {
        try await withTemporaryDirectory { state in
            try await withServer { url in
                let port = try #require(url.split(separator: ":").last)
                let none = try await run("get", url, "--session", "s", "--session-read-only", "X-A:1", state: state)
                #expect(none.status == 0)
                #expect(try FileManager.default.subpathsOfDirectory(atPath: state.path) == [])
                _ = try await run("get", "\(url)/cookie", "--session", "s", "X-A:1", state: state)
                let file = "martlet/sessions/http_127.0.0.1_\(port)/s.headers"
                let used = try await run(
                    "get",
                    "\(url)/echo",
                    "--session",
                    "s",
                    "--session-read-only",
                    "X-B:2",
                    state: state
                )
                for line in ["X-A: 1", "X-B: 2", "Cookie: seen=1"] { #expect(used.text.contains("\n\(line)\n")) }
                let offline = try await run("get", url, "--session", "s", "--offline", "X-A:3", state: state)
                #expect(offline.text.contains("\r\nX-A: 3\r\n") && offline.text.contains("\r\nCookie: seen=1\r\n"))
                let curl = try await run("get", url, "--session", "s", "--curl", "X-B:2", state: state)
                #expect(
                    curl.text
                        == "curl \(url) --header 'X-A: 1' --header 'X-B: 2' --header 'Cookie: seen=1' --compressed\n"
                )
                #expect(state.text(of: file) == "X-A: 1\n")
            }
        }
    }

    @Test("A redirect to another server does not take the session along")
    func redirects() async throws {
        try await withTemporaryDirectory { state in
            try await withServer { other in
                try await withServer { request in
                    try await request.response.redirect(to: "\(other)/echo")
                } test: { url in
                    for _ in 0..<2 {
                        let run = try await run(
                            "get",
                            url,
                            "-L",
                            "--session",
                            "s",
                            "X-Key:1",
                            "-u",
                            "a:b",
                            state: state
                        )
                        #expect(run.text.hasPrefix("GET /echo\n"))
                        #expect(!run.text.contains("X-Key") && !run.text.contains("Authorization"))
                    }
                    let again = try await run("get", url, "-L", "--session", "s", state: state)
                    #expect(again.text.hasPrefix("GET /echo\n"))
                    #expect(!again.text.contains("X-Key") && !again.text.contains("Authorization"))
                }
            }
        }
    }

    @Test("Sessions that can't be are refused")
    func refusals() async throws {
        try await withTemporaryDirectory { state in
            for arguments in [["--session", "a/b"], ["--session", "s", "--cookie-jar", "j"], ["--session-read-only"]] {
                #expect(await Run(try startMartlet(["get", ":1"] + arguments)).status == 64)
            }
            try state.write("nonsense\n", to: "martlet/sessions/http_localhost_1/s.headers")
            let broken = try await run("get", ":1", "--session", "s", state: state)
            #expect(broken.status == 23)
            #expect(broken.errors.contains("/s.headers, line 1: This is not “Name: value”."))
            try state.write("", to: "file")
            let blocked = try await run("get", ":1", "--session", "s", state: state.appending(path: "file"))
            #expect(blocked.status == 23)
        }
    }
}
