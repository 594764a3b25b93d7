import TestProcesses
import Testing

@testable import tutorial

/// What the tour's home server says about the programs, over sockets.
@Suite(.timeLimit(.minutes(5)))
struct TourWireTests {
    @Test func showsTheWireOfEachProgram() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            let ports = await tour.ports
            for program in Tutorial.programs {
                let page = try await tour.curl("/wire/\(program.guide.name)")
                #expect(page.status == 200)
                #expect(page.headers["cache-control"] == "no-store")
                #expect(page.body.contains("Nothing has been sent yet."))
            }
            #expect(try await tour.curl("/wire/nothing").status == 404)

            let hello = "http://127.0.0.1:\(try #require(ports["hello-world-server"]))/"
            _ = try await Reply(curl: [hello, "--user", "ada:hunter2", "--data", "password=hunter2&a=<b>"])
            _ = try await Reply(curl: [hello, "--http2-prior-knowledge", "--cookie", "id=hunter2"])
            let secure = "https://127.0.0.1:\(try #require(ports["hello-world-server-secure"]))/"
            let authority = certificateDirectory + "/authority.pem"
            _ = try await Reply(curl: [secure, "--cacert", authority, "--http1.1"])
            _ = try await Reply(curl: [secure, "--cacert", authority, "--http2", "--header", "X-Token: hunter2"])

            let plain = try await tour.curl("/wire/hello-world-server").body
            #expect(plain.contains("<code>POST / HTTP/1.1\nHost: 127.0.0.1:"))
            #expect(plain.contains("\nAuthorization: Basic <i>&lt;left out&gt;</i>\n"))
            #expect(plain.contains("<code>password=<i>&lt;left out&gt;</i>&amp;a=&lt;b&gt;</code>"))
            #expect(plain.contains("<code>HTTP/1.1 200 OK\n"))
            #expect(plain.contains("<code>Hello, world!</code>"))
            #expect(plain.contains("<p class=\"frames\">HEADERS (stream 1)</p>"))
            #expect(plain.contains("<code>:method: GET\n:path: /\n"))
            #expect(plain.contains("\ncookie: id=<i>&lt;left out&gt;</i>"))
            #expect(plain.contains("<code>:status: 200\n"))
            let tls = try await tour.curl("/wire/hello-world-server-secure").body
            #expect(tls.contains("<code>GET / HTTP/1.1\n"))
            #expect(tls.contains("<code>:method: GET\n:path: /\n"))
            #expect(tls.contains("\nx-token: <i>&lt;left out&gt;</i>"))
            #expect(!plain.contains("hunter2") && !tls.contains("hunter2"))
        }
    }

    @Test func showsMetrics() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            let ports = await tour.ports
            let hello = "http://127.0.0.1:\(try #require(ports["hello-world-server"]))/"
            for _ in 0..<3 { _ = try await Reply(curl: [hello]) }
            var metrics = try await tour.curl("/metrics")
            #expect(metrics.status == 200)
            #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.headers["cache-control"] == "no-store")
            // The backend is told a little after the client.
            let count = /http_server_request_duration_seconds_count\{(.*)program="hello-world-server"(.*)\} 3/
            while !metrics.body.contains(count) { metrics = try await tour.curl("/metrics") }
            let lines = metrics.body.split(separator: "\n")
            #expect(lines.contains("# TYPE http_server_request_duration_seconds histogram"))
            #if Telemetry
                let labels = try #require(metrics.body.firstMatch(of: count))
                #expect(labels.1.contains("http_request_method=\"GET\",http_response_status_code=\"200\""))
                #expect(lines.contains("# TYPE http_server_active_requests gauge"))
            #endif
            #expect(
                lines.contains { $0.hasPrefix("martlet_server_connections{program=\"todo-server\",state=\"idle\"} ") }
            )
        }
    }

    @Test func sendsFiguresWhileThereIsAReader() async throws {
        try await withProgram("tour", "--any-ports") { tour in
            let client = try RawClient(port: tour.port)
            try client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let text = try client.receive(until: "}")
            #expect(text.contains("Content-Type: text/event-stream"))
            #expect(text.contains("event: figures\n"))
            #expect(text.contains("\"hello-world-server.requests\":\"0\""))
        }
    }

    @Test("On a network, what clients send is nobody else's business")
    func showsTheWireOnLoopbackOnly() async throws {
        try await withTemporaryTour("--host", "0.0.0.0") { url in
            let home = try await Reply(curl: [url])
            #expect(home.status == 200)
            #expect(!home.body.contains("/wire/"))
            #expect(try await Reply(curl: [url + "wire/hello-world-server"]).status == 404)
        }
    }

    /// Runs a tour that listens elsewhere, and calls `body` with the URL of its home page on this machine.
    private func withTemporaryTour(_ arguments: String..., body: (String) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let process = try startTutorial(["tour", "--any-ports"] + arguments, in: directory)
            let line = await process.output.line(startingWith: "Listening on ")
            do {
                let port = try #require(line?.firstMatch(of: /:([0-9]+)\//)?.1)
                try await body("http://127.0.0.1:\(port)/")
            } catch {
                await process.end()
                throw error
            }
            await process.end()
        }
    }
}
