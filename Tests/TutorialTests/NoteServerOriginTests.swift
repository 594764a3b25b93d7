import TestProcesses
import Testing

/// Whose pages may use note-server.
@Suite(.timeLimit(.minutes(5)))
struct NoteServerOriginTests {
    private static let json = ["--json", "{\"myNote\":\"one\"}"]

    @Test func givesPagesOfThisMachineItsPermission() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            for origin in ["http://localhost:8080", "http://127.0.0.1", "https://[::1]:4047", "http://a.localhost"] {
                let preflight = try await self.preflight(program, from: origin)
                #expect(preflight.status == 204)
                #expect(preflight.headers["access-control-allow-origin"] == origin)
                #expect(preflight.headers["access-control-allow-methods"] == "POST, OPTIONS")
                let names = "Origin, X-Requested-With, Content-Type, Accept"
                #expect(preflight.headers["access-control-allow-headers"] == names)
                let reply = try await Reply(curl: ["--header", "Origin: \(origin)"] + Self.json + [program.url])
                #expect(reply.status == 200)
                #expect(reply.headers["access-control-allow-origin"] == origin)
                // Errors can be read too.
                let error = try await Reply(curl: ["--header", "Origin: \(origin)", "--data", "x", program.url])
                #expect(error.status == 400)
                #expect(error.headers["access-control-allow-origin"] == origin)
            }
        }
    }

    @Test func refusesOtherPages() async throws {
        try await withProgram("note-server", "--port", "0") { program in
            for origin in ["https://example.com", "null", "http://127.0.0.1.example.com", "http://localhost.example"] {
                let preflight = try await self.preflight(program, from: origin)
                #expect(preflight.status == 204)
                #expect(preflight.headers["access-control-allow-origin"] == nil)
                // A form, or a text, is sent without a question before.
                let form = "myNote=one"
                for content in ["{\"myNote\":\"one\"}", form] {
                    for path in ["/", "/take_note.html"] {
                        let reply = try await program.curl(path, "--header", "Origin: \(origin)", "--data", content)
                        #expect(reply.status == 403)
                        #expect(reply.body == "Pages of \(origin) may not use these notes. See --allow-origin.")
                    }
                }
            }
            // A name that leads to this machine makes nobody a page of it.
            let rebound = ["--header", "Host: example.com", "--header", "Origin: http://example.com"]
            #expect(try await Reply(curl: rebound + Self.json + [program.url]).status == 403)
            let own = ["--header", "Host: 192.0.2.7:4042", "--header", "Origin: http://192.0.2.7:4042"]
            #expect(try await Reply(curl: own + Self.json + [program.url]).body == "You have 1 notes.\n")
            // H3: by the library's own rule, behind a proxy that has undone TLS; and one origin only.
            let proxied = ["--header", "Host: 192.0.2.7:443", "--header", "Origin: https://192.0.2.7"]
            #expect(try await Reply(curl: proxied + Self.json + [program.url]).body == "You have 2 notes.\n")
            let twice = own + ["--header", "Origin: https://example.com"]
            #expect(try await Reply(curl: twice + Self.json + [program.url]).status == 403)
        }
    }

    @Test func allowsOriginsByName() async throws {
        try await withProgram("note-server", "--port", "0", "--allow-origin", "https://example.com") { program in
            for (origin, status) in [("https://example.com", 200), ("https://example.com:444", 403)] {
                let reply = try await Reply(curl: ["--header", "Origin: \(origin)"] + Self.json + [program.url])
                #expect(reply.status == status)
                #expect(reply.headers["access-control-allow-origin"] == (status == 200 ? origin : nil))
            }
        }
        try await withProgram("note-server", "--port", "0", "--allow-origin", "*") { program in
            let preflight = try await self.preflight(program, from: "https://example.com")
            #expect(preflight.headers["access-control-allow-origin"] == "*")
            let reply = try await Reply(curl: ["--header", "Origin: null"] + Self.json + [program.url])
            #expect(reply.status == 200)
            #expect(reply.headers["access-control-allow-origin"] == "*")
        }
        let process = try startTutorial(["note-server", "--port", "0", "--allow-origin", "example.com/"])
        #expect(await process.exitStatus == 1)
        let complaint = "Error: note-server: example.com/ is not an origin, such as https://example.com:8443.\n"
        #expect(await process.errors.text == complaint)
    }

    private func preflight(_ program: RunningProgram, from origin: String) async throws -> Reply {
        try await program.curl(
            "/",
            "--request",
            "OPTIONS",
            "--header",
            "Origin: \(origin)",
            "--header",
            "Access-Control-Request-Method: POST",
            "--header",
            "Access-Control-Request-Headers: content-type"
        )
    }
}
