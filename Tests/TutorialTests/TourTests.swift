import Foundation
import TestProcesses
import Testing

@testable import tutorial

@Suite(.timeLimit(.minutes(5)))
struct TourTests {
    @Test func leadsToEveryProgram() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            let home = try await tour.curl("/")
            #expect(home.status == 200)
            #expect(home.headers["content-type"] == "text/html; charset=utf-8")
            #expect(home.headers["cache-control"] == "no-store")
            let ports = await tour.ports
            let authority = certificateDirectory + "/authority.pem"
            #expect(ports.keys.sorted() == Tutorial.programs.map { $0.guide.name }.sorted())
            for program in Tutorial.programs {
                let guide = program.guide
                let isSecure = guide.name == "hello-world-server-secure"
                let url = "http\(isSecure ? "s" : "")://127.0.0.1:\(try #require(ports[guide.name]))"
                #expect(home.body.contains("href=\"\(url)\(guide.path)\""))
                let command = isSecure ? "curl --cacert \(authority) \(url)/" : guide.curl(url + "/")
                let code: HTML = "<code>\(command)</code>"
                #expect(home.body.contains(code.description))
                #expect(home.body.contains("<code>Programs/\(guide.sourceFile)</code>"))
                // The writer refuses to be looked at, and says so on the link.
                let status = guide.name == "basic-writer-server" ? 405 : 200
                #expect(try await Reply(curl: ["--cacert", authority, url + guide.path]).status == status)
            }
            // Links lead to the host that the browser has asked for.
            let elsewhere = try await tour.curl("/", "--header", "Host: [::1]:99")
            #expect(elsewhere.body.contains("href=\"http://[::1]:\(try #require(ports["hello-world-server"]))/\""))
        }
    }

    @Test func allowsNothingButItsOwnStyleAndScript() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            let pages = [try await tour.curl("/"), try await tour.curl("/")]
            let nonces = try pages.map { page in
                let policy = try #require(page.headers["content-security-policy"])
                #expect(policy.hasPrefix("default-src 'none'; "))
                let nonce = try #require(policy.firstMatch(of: /'nonce-([a-z0-9]+)'/)?.1)
                #expect(page.body.contains("<style nonce=\"\(nonce)\">"))
                #expect(page.body.contains("<script nonce=\"\(nonce)\">"))
                #expect(!page.body.contains(" style=\"") && !page.body.contains(" onclick="))
                return String(nonce)
            }
            #expect(nonces[0] != nonces[1])
        }
    }

    @Test func showsFigures() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            let port = try #require(await tour.ports["hello-world-server"])
            for _ in 0..<3 { _ = try await Reply(curl: ["http://127.0.0.1:\(port)/"]) }
            let idle = try RawClient(port: port)
            try idle.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try idle.receive(until: "Hello, world!")

            // They are taken once a second.
            var reply = try await tour.curl("/figures.json")
            while !reply.body.contains("\"requests\":4") { reply = try await tour.curl("/figures.json") }
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json; charset=utf-8")
            #expect(reply.headers["cache-control"] == "no-store")
            let figures = try JSONDecoder().decode([String: Figures].self, from: Data(reply.body.utf8))
            #expect(figures.keys.sorted() == Tutorial.programs.map { $0.guide.name }.sorted())
            let hello = try #require(figures["hello-world-server"])
            #expect(hello.requests == 4)
            #expect(hello.perSecond.count == 60 && hello.perSecond.reduce(0, +) == 4)
            let p50 = try #require(hello.p50)
            #expect(p50 > 0)
            #expect(hello.total >= 1)
            #expect(figures["number-thinker"]?.requests == 0)
            #expect(figures["number-thinker"]?.p99 == nil)
            // The page shows them as well, for those without JavaScript.
            #expect(try await tour.curl("/").body.contains("<dd id=\"hello-world-server.requests\">4</dd>"))
        }
    }

    @Test func answersForNothingElse() async throws {
        try await withProgram("--any-ports") { tour in
            #expect(try await tour.curl("/nothing").status == 404)
            let post = try await tour.curl("/", "--data", "x")
            #expect(post.status == 405)
            #expect(post.headers["allow"] == "GET, HEAD, OPTIONS")
            let head = try await tour.curl("/", "--head")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
        }
    }

    @Test func saysWhoCanNotHaveItsPort() async throws {
        try await withProgram("hello-world-server", "--port", "0") { holder in
            try await withTemporaryDirectory { directory in
                let process = try startTutorial(["tour", "--home-port", "\(holder.port)"], in: directory)
                #expect(await process.exitStatus == 1)
                #expect(await process.errors.text == error("tour", port: holder.port))
                #expect(await process.output.text == "")
                // Nothing was begun.
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
            }
        }
    }

    @Test func canBeMoved() async throws {
        // Some other process may have one of the ports: then another offset is tried.
        for _ in 0..<20 where try await canBeMoved(by: .random(in: 10_000...25_000)) { return }
        Issue.record("no free ports")
    }

    /// False when the ports at this offset are not free.
    private func canBeMoved(by offset: Int) async throws -> Bool {
        var ranToTheEnd = false
        try await withTemporaryDirectory { directory in
            let arguments = ["tour", "--port-offset", "\(offset)"]
            let holder = try startTutorial(["number-thinker", "--port", "\(4041 + offset)"], in: directory)
            guard await holder.output.line(startingWith: "Listening on ") != nil else { return }
            let refused = try startTutorial(arguments, in: directory)
            #expect(await refused.exitStatus == 1)
            #expect(await refused.output.text == "")
            let reason = await refused.errors.text
            await holder.end()
            guard reason == error("number-thinker", port: 4041 + offset) else { return }

            let tour = try startTutorial(arguments, in: directory)
            let isListening = await tour.output.line(startingWith: "Listening on ") != nil
            let lines = await tour.output.lines(1)
            await tour.end()
            guard isListening else { return }
            #expect(lines.last == "Listening on http://127.0.0.1:\(4000 + offset)/")
            #expect(lines.contains("basic-writer-server: Listening on http://127.0.0.1:\(4049 + offset)/"))
            ranToTheEnd = true
        }
        return ranToTheEnd
    }

    private func error(_ program: String, port: Int) -> String {
        """
        Error: \(program): Port \(port) is in use. \
        Stop the program that uses it, or move the whole tour with --port-offset.

        """
    }
}
