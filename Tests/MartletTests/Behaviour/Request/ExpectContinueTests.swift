import Martlet
import Testing

@Suite("Expect: 100-continue (RFC 9110 section 10.1.1)")
struct ExpectContinueTests {
    private static let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd"
    private static let echo: HTTPServer.Handler = { try await $0.response.end(try await $0.text()) }

    @Test("is answered when the content is first read, and once")
    func firstRead() async throws {
        let proceed = Events<Void>()
        try await withServer { request in
            try await proceed.next()
            try await request.response.end(try await request.text())
        } test: { server in
            let client = try await server.connect()
            client.send(Self.head)
            try await eventually { server.connectionCounts.active == 1 }
            #expect(client.receivedBytes == 0, "not before it is read")
            proceed.add()
            #expect(try await client.receive(25) == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("ab")
            client.send("cd")
            #expect(try await client.receive(Self.answer.utf8.count) == Self.answer)
        }
    }

    @Test("is not answered when the content is there already")
    func contentThere() async throws {
        try await withServer(.bare, Self.echo) { server in
            let client = try await server.connect()
            client.send(Self.head + "abcd")
            #expect(try await client.receive(Self.answer.utf8.count) == Self.answer)
        }
    }

    @Test("closes the connection when the content is not read, and says so")
    func unread() async throws {
        try await withServer { request in
            try await request.response.end("no")
        } test: { server in
            let transcript = try await server.transcript(of: Self.head)
            #expect(transcript == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        }
    }

    @Test("refuses with a final status what is too large")
    func tooLarge() async throws {
        try await withServer { request in
            _ = try await request.collect(upTo: 3)
        } test: { server in
            let transcript = try await server.transcript(of: Self.head)
            #expect(transcript.hasPrefix("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"))
        }
    }

    @Test("keeps the connection when the client sends the content without waiting")
    func impatient() async throws {
        try await withServer { _ in
        } test: { server in
            let client = try await server.connect()
            client.send(Self.head + "abcd" + get())
            let twice = String(repeating: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", count: 2)
            #expect(try await client.receive(twice.utf8.count) == twice)
        }
    }

    @Test(
        "is not answered, and keeps the connection, when the content's beginning has come with the head",
        arguments: [
            ("Content-Length: 4", "a", "bcd"), ("Content-Length: 4", "abc", "d"),
            ("Transfer-Encoding: chunked", "2\r\nab\r\n", "2\r\ncd\r\n0\r\n\r\n"),
            ("Transfer-Encoding: chunked", "4\r\n", "abcd\r\n0\r\n\r\n"),
        ],
        [true, false]
    )
    func begun(content: (framing: String, first: String, rest: String), isRead: Bool) async throws {
        let (arrived, written) = (Events<Void>(), Events<Void>())
        try await withServer { request in
            guard request.method == .post else { return }
            arrived.add()
            request.response.contentLength = 4
            try await request.response.write("ab")
            try await request.response.flush()
            written.add()
            if isRead { #expect(try await request.text() == "abcd") }
            try await request.response.write("cd")
        } test: { server in
            let client = try await server.connect()
            let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\(content.framing)\r\n\r\n"
            client.send(head + content.first)
            try await arrived.next()
            try await written.next()
            client.send(content.rest + get())
            let both = Self.answer + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            #expect(try await client.receive(both.utf8.count) == both)
        }
    }

    @Test("means nothing without content or in HTTP/1.0")
    func ignored() async throws {
        try await withServer(.bare, Self.echo) { server in
            let client = try await server.connect()
            client.send(get("/", "Expect: 100-continue"))
            #expect(try await client.receive(38) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

            let old = try await server.connect()
            old.send("POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            try await eventually { server.connectionCounts.active == 1 }
            old.send("ab")
            #expect(try await old.response().text == "ab")
        }
    }
}
