import Foundation
import Martlet
import TestProcesses
import Testing

/// How the tool ends, and what it says then.
@Suite("martlet: exit codes", .serialized, .timeLimit(.minutes(5)))
struct ExitTests {
    @Test("Statuses count with --fail only")
    func statuses() async throws {
        try await withServer { url in
            #expect(try await martlet("get", "\(url)/status/404").status == 0)
            let missing = try await martlet("get", "\(url)/status/404", "--fail")
            #expect(missing.status == 4)
            #expect(missing.text == "status")
            #expect(missing.errors == "martlet: The server responded with 404 Not Found.\n")
            let broken = try await martlet("get", "\(url)/status/503", "-f", "-s")
            #expect(broken.status == 5)
            #expect(broken.errors == "")
            #expect(try await martlet("get", "\(url)/status/200", "-f").status == 0)
        }
    }

    @Test("Each way to fail has its code")
    func failures() async throws {
        try await withServer { url in
            let nothing = try await martlet("get", "\(url)/nothing")
            #expect(nothing.status == 52)
            #expect(nothing.errors == "martlet: The server closed the connection without a response. Try again.\n")
            let cut = try await martlet("get", "\(url)/cut")
            #expect(cut.status == 18)
            #expect(cut.text == "abc")
            #expect(try await martlet("get", "\(url)/malformed").status == 8)
        }
        let unknown = try await martlet("get", "http://martlet.invalid/")
        #expect(unknown.status == 6)
        #expect(unknown.errors.hasPrefix("martlet: Couldn't look up martlet.invalid: "))
        // Port 1 of this machine is nobody's.
        let refused = try await martlet("get", "http://127.0.0.1:1/")
        #expect(refused.status == 7)
        #expect(refused.errors.hasPrefix("martlet: Couldn't connect to 127.0.0.1, port 1: Connection refused. "))
        let secure = try await martlet("get", "https://127.0.0.1/", "--cacert", "/no/such")
        #expect(secure.status == 7)
        for arguments in [
            ["get"], ["get", "a b"], ["fetch", "a"], ["get", "a", "--timeout", "0"], ["get", "a", "-C"],
        ] {
            #expect(await Run(try startMartlet(arguments)).status == 64, "\(arguments)")
        }
        #expect(try await martlet("--version").text == "0.1.0\n")
        #expect(try await martlet("get", "--help").text.contains("Exit codes: 0 the server has responded"))
    }

    @Test("A server that is silent is not waited for")
    func timeouts() async throws {
        try await withServer { request in
            try await Task.sleep(for: .seconds(60))
        } test: { url in
            let total = try await martlet("get", url, "--timeout", "0.1")
            #expect(total.status == 28)
            #expect(total.errors == "martlet: The request has taken longer than 0.1 seconds. Raise --timeout.\n")
            #expect(try await martlet("get", url, "--read-timeout", "0.1").status == 28)
        }
    }

    @Test("A reader that has had enough is no error")
    func brokenPipe() async throws {
        try await withServer { request in
            while true { try await request.response.write(String(repeating: "x", count: 65_536)) }
        } test: { url in
            let run = try await shell("{ martlet get \(url); echo $? >&2; } | head -c 3")
            #expect(run.text == "xxx")
            #expect(run.errors == "141\n")
        }
    }

    @Test("Control-C leaves nothing behind", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: CInt) async throws {
        let (begun, begins) = AsyncStream.makeStream(of: Void.self)
        try await withServer { request in
            try await request.response.write("begun")
            try await request.response.flush()
            begins.yield()
            try await Task.sleep(for: .seconds(60))
        } test: { url in
            try await withTemporaryDirectory { directory in
                let process = try startMartlet(["get", url, "-o", "a"], in: directory)
                _ = await begun.first { _ in true }
                process.send(signal)
                let run = await Run(process)
                #expect(run.status == 128 + signal)
                #expect(run.errors == "")
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
            }
        }
    }

    @Test("A password is asked for where nobody sees it")
    func password() async throws {
        try await withServer { url in
            let process = try startMartlet(["get", "\(url)/private/a", "-u", "Han"], terminals: [0, 1, 2])
            let prompt = "Password of Han at 127.0.0.1: "
            #expect(await process.output.text(containing: prompt) == prompt)
            process.type("chew:ix\u{7F}e\n")
            let run = await Run(process)
            #expect(run.text == "\(prompt)\nHello, Han!\n")
            #expect(run.status == 0)

            let given = try startMartlet(["get", url, "-u", "Han"], terminals: [0, 1, 2])
            _ = await given.output.text(containing: prompt)
            given.type("x\u{3}")
            #expect(await Run(given).status == 130)
        }
    }
}
