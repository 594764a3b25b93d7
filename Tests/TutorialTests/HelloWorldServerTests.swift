import Testing

@Suite(.timeLimit(.minutes(5)))
struct HelloWorldServerTests {
    @Test func greetsWhateverItIsAsked() async throws {
        try await withProgram("hello-world-server", "--port", "0") { program in
            for (path, method) in [("/", "GET"), ("/a/b?c=d", "GET"), ("/", "POST"), ("/", "DELETE"), ("/", "BREW")] {
                let reply = try await program.curl(path, "--request", method)
                #expect(reply.status == 200)
                #expect(reply.headers == Reply.textHeaders(length: 13))
                #expect(reply.body == "Hello, world!")
            }
            let head = try await program.curl("/", "--head")
            #expect(head.status == 200)
            #expect(head.headers == Reply.textHeaders(length: 13))
            #expect(head.body.isEmpty)
            #expect(await program.lines(1).count == 1)
        }
    }

    @Test func silentClientsKeepNobodyWaiting() async throws {
        try await withProgram("hello-world-server", "--port", "0") { program in
            var silent: [RawClient] = []
            for _ in 0..<8 {
                let client = try RawClient(port: program.port)
                try client.send("GET / HTTP/1.1\r\n")
                silent.append(client)
            }
            #expect(try await program.curl("/").body == "Hello, world!")
            for client in silent {
                try client.send("Host: localhost\r\n\r\n")
                #expect(try client.receive(until: "Hello, world!").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
        }
    }
}
