import HTTPTypes
import HTTPWire
import Martlet
import Testing

@Suite("The head of a response")
struct ResponseHeadTests {
    /// What a GET is answered when `handler` runs.
    private func transcript(
        of request: String = get("/", "Connection: close"),
        _ handler: @escaping HTTPServer.Handler
    ) async throws -> String {
        let texts = Events<String>()
        try await withServer(.bare, handler) { server in
            texts.add(try await server.transcript(of: request))
        }
        return try await texts.next()
    }

    private func head(_ start: String, _ fields: String...) -> String {
        "HTTP/1.1 \(start)\r\n" + fields.map { $0 + "\r\n" }.joined() + "Connection: close\r\nContent-Length: 0\r\n\r\n"
    }

    @Test(
        "has the status, with its registered phrase",
        arguments: [
            (200, "200 OK"), (201, "201 Created"), (308, "308 Permanent Redirect"), (404, "404 Not Found"),
            (413, "413 Content Too Large"), (422, "422 Unprocessable Content"), (429, "429 Too Many Requests"),
            (451, "451 Unavailable For Legal Reasons"), (511, "511 Network Authentication Required"),
            (299, "299 "), (599, "599 "),
        ]
    )
    func status(code: Int, line: String) async throws {
        let text = try await transcript { request in
            request.response.statusCode = code
            #expect(request.response.statusCode == code)
            #expect(request.response.status.code == code)
        }
        #expect(text == head(line))
    }

    @Test("can have a status and a phrase of its own")
    func reason() async throws {
        let text = try await transcript { request in
            request.response.status = .notFound
            #expect(request.response.reasonPhrase == "Not Found")
            request.response.reasonPhrase = "Gone fishing"
            #expect(request.response.statusCode == 404)
        }
        #expect(text == head("404 Gone fishing"))
    }

    @Test("can't be split by a phrase", arguments: ["a\r\nX: y", "a\nb", "a\u{0}b", "\r\n\r\nHTTP/1.1 200 OK"])
    func reasonInjection(phrase: String) async throws {
        let text = try await transcript { $0.response.reasonPhrase = phrase }
        let lines = text.split(separator: "\r\n")
        #expect(lines.count == 3, "\(text)")
        #expect(lines.dropFirst() == ["Connection: close", "Content-Length: 0"])
        #expect(!lines[0].unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test("can't have an impossible status", arguments: [Int.min, -1, 0, 99, 100, 101, 199, 600, 999, 1000, Int.max])
    func impossibleStatus(code: Int) async throws {
        let errors = Events<HTTPServerError?>()
        let text = try await transcript { request in
            request.response.statusCode = code
            errors.add(await #expect(throws: HTTPServerError.self) { try await request.response.end("x") })
            request.response.statusCode = 200
        }
        #expect(try await errors.next() == .invalidStatus(code))
        #expect(text == head("200 OK"), "nothing was sent, so the handler could do better")
    }

    @Test("has the fields in order, repeated ones too")
    func headers() async throws {
        let text = try await transcript { request in
            request.response.headers[.contentType] = "text/html"
            request.response.headers.append(HTTPField(name: .link, value: "<a>"))
            request.response.headers.append(HTTPField(name: .link, value: "<b>"))
            #expect(request.response.headers[values: .link] == ["<a>", "<b>"])
        }
        #expect(text == head("200 OK", "Content-Type: text/html", "Link: <a>", "Link: <b>"))
    }

    @Test("can't be split by a field", arguments: ["a\r\nX: y", "a\nX: y", "a\r\n\r\nbody", "a\u{0}b"])
    func fieldInjection(value: String) async throws {
        let text = try await transcript { $0.response.headers[.contentType] = value }
        #expect(text.split(separator: "\r\n", omittingEmptySubsequences: false).count == 6, "\(text)")
        #expect(!text.unicodeScalars.split { $0 == "\r" || $0 == "\n" }.contains { String($0).hasPrefix("X:") })
    }

    @Test(
        "leaves the framing to the server",
        arguments: [
            (HTTPField.Name.transferEncoding, "chunked"), (.connection, "keep-alive"), (.contentLength, "-1"),
            (.contentLength, "+1"), (.contentLength, "x"), (.contentLength, ""), (.contentLength, "1, 1"),
        ]
    )
    func managed(name: HTTPField.Name, value: String) async throws {
        let text = try await transcript { request in
            request.response.headers[name] = value
            try await request.response.end("x")
        }
        #expect(text.hasPrefix("HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 21\r\n"))
    }

    @Test("closes the connection when the handler says so", arguments: [true, false])
    func close(byField: Bool) async throws {
        let text = try await transcript(of: get() + get()) { request in
            if byField {
                request.response.headers[.connection] = "close"
            } else {
                #expect(request.response.isPersistent)
                request.response.isPersistent = false
            }
        }
        #expect(text == head("200 OK"))
    }

    @Test("does not make a connection persist that the client wants closed")
    func persistence() async throws {
        let text = try await transcript { request in
            #expect(!request.response.isPersistent)
            request.response.isPersistent = true
        }
        #expect(text == head("200 OK"))
    }

    @Test("has a field for each cookie")
    func cookies() async throws {
        let text = try await transcript { request in
            request.response.cookies.append(try SetCookie(name: "a", value: "1"))
            request.response.cookies.append(
                try SetCookie(name: "b", value: "2", maxAge: 60, path: "/", isHTTPOnly: false, sameSite: .strict)
            )
            #expect(request.response.cookies.map(\.name) == ["a", "b"])
        }
        #expect(
            text
                == head("200 OK", "Set-Cookie: a=1; HttpOnly", "Set-Cookie: b=2; Max-Age=60; Path=/; SameSite=Strict")
        )
    }

    @Test("can't be changed once it was sent")
    func lateChanges() async throws {
        let changes: [@Sendable (HTTPServerResponse) throws -> Void] = [
            { $0.status = .notFound }, { $0.statusCode = 404 }, { $0.reasonPhrase = "x" },
            { $0.headers[.contentType] = "x" }, { $0.cookies = [try SetCookie(name: "a", value: "1")] },
            { $0.contentLength = 1 }, { $0.isPersistent = false }, { $0.buffersOutput = false },
        ]
        for change in changes {
            let text = try await transcript { request in
                #expect(!request.response.isHeadSent)
                try await request.response.write("a")
                #expect(request.response.isHeadSent)
                try change(request.response)
                await #expect(throws: HTTPServerError.headAlreadySent) { try await request.response.write("b") }
                try await request.response.end("c")
            }
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"))
            #expect(text.hasSuffix("c\r\n0\r\n\r\n"))
        }
    }
}
