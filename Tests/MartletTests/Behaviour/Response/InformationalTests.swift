import HTTPTypes
import Martlet
import Testing

@Suite("Informational responses (RFC 9110 section 15.2)")
struct InformationalTests {
    private static let earlyHints = HTTPResponse.Status(code: 103, reasonPhrase: "Early Hints")

    @Test("go out at once, before the final one")
    func earlyHintsFirst() async throws {
        let proceed = Events<Void>()
        try await withServer { request in
            try await request.response.sendInformational(Self.earlyHints, headers: [.link: "</a>", .server: "x"])
            try await proceed.next()
            try await request.response.end("done")
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            let hints = try await client.receive(through: "\r\n\r\n")
            #expect(hints == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nServer: x\r\n\r\n")
            proceed.add()
            let final = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"
            #expect(try await client.receive(final.utf8.count) == final)
        }
    }

    @Test("are not sent to HTTP/1.0, which knows none")
    func http10() async throws {
        try await withServer { request in
            try await request.response.sendInformational(Self.earlyHints)
        } test: { server in
            let text = try await server.transcript(of: "GET / HTTP/1.0\r\n\r\n")
            #expect(text == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        }
    }

    @Test("have a code from 100 to 199, but 101 is another matter", arguments: [0, 99, 101, 200, 404])
    func codes(code: Int) async throws {
        try await withServer { request in
            await #expect(throws: HTTPServerError.invalidStatus(code)) {
                try await request.response.sendInformational(HTTPResponse.Status(code: code))
            }
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.status == 200)
        }
    }

    @Test("come before the head, and have no framing")
    func misuse() async throws {
        try await withServer { request in
            await #expect(throws: HTTPServerError.reservedField("Content-Length")) {
                try await request.response.sendInformational(Self.earlyHints, headers: [.contentLength: "3"])
            }
            try await request.response.write("a")
            await #expect(throws: HTTPServerError.headAlreadySent) {
                try await request.response.sendInformational(Self.earlyHints)
            }
            try await request.response.end()
            await #expect(throws: HTTPServerError.self) {
                try await request.response.sendInformational(Self.earlyHints)
            }
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.text == "a")
        }
    }
}
