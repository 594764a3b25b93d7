import HTTPTypes
import Martlet
import Testing

@Suite("Responses without content (RFC 9110 section 6.4.1)")
struct BodilessTests {
    private func expect(
        _ expected: String,
        to method: String = "GET",
        sourceLocation: SourceLocation = #_sourceLocation,
        _ handler: @escaping HTTPServer.Handler
    ) async throws {
        try await withServer(.bare, handler) { server in
            let client = try await server.connect()
            // The second shows that nothing follows the first.
            client.send("\(method) / HTTP/1.1\r\nHost: a\r\n\r\n\(method) / HTTP/1.1\r\nHost: a\r\n\r\n")
            let twice = expected + expected
            let text = try await client.receive(twice.utf8.count)
            #expect(text == twice, sourceLocation: sourceLocation)
        }
    }

    @Test("answer HEAD with the head that GET would get")
    func head() async throws {
        try await expect("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", to: "HEAD") {
            try await $0.response.end("hello")
        }
        try await expect("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", to: "HEAD") { $0.response.contentLength = 5 }
        try await expect("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", to: "HEAD") { _ in
            throw HTTPError(.notFound)
        }
    }

    @Test("drop what is written for HEAD in parts, whose length nobody knows")
    func headInParts() async throws {
        try await withServer { request in
            try await request.response.write("hel")
            try await request.response.flush()
            try await request.response.write("lo")
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                let head = try await client.receive(through: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && !head.contains("Content-Length"))
            }
        }
    }

    @Test("are 204, without a length")
    func noContent() async throws {
        try await expect("HTTP/1.1 204 No Content\r\n\r\n") { $0.response.status = .noContent }
        try await expect("HTTP/1.1 204 No Content\r\n\r\n") { request in
            request.response.status = .noContent
            try await request.response.flush()
        }
    }

    @Test("are 304, with the length of what was not sent if that is told")
    func notModified() async throws {
        try await expect("HTTP/1.1 304 Not Modified\r\n\r\n") { $0.response.status = .notModified }
        try await expect("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nContent-Length: 5\r\n\r\n") { request in
            request.response.status = .notModified
            request.response.headers[.eTag] = "\"1\""
            request.response.contentLength = 5
        }
    }

    @Test("are 205, with the length 0 (RFC 9110 section 15.3.6)")
    func resetContent() async throws {
        try await expect("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n") { $0.response.statusCode = 205 }
    }

    @Test("take no content", arguments: [204, 205, 304])
    func content(code: Int) async throws {
        for ends in [true, false] {
            try await withServer { request in
                request.response.statusCode = code
                let error = await #expect(throws: HTTPServerError.self) {
                    if ends {
                        try await request.response.end("x")
                    } else {
                        try await request.response.write("x")
                    }
                }
                #expect(error == .contentNotAllowed(HTTPResponse.Status(code: code)))
                request.response.statusCode = 200
                try await request.response.end("corrected")
            } test: { server in
                let response = try await server.response(to: get())
                #expect(response.status == 200)
                #expect(response.text == "corrected")
            }
        }
    }
}
