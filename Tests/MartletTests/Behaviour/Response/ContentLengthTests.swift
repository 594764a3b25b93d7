import HTTPTypes
import Martlet
import Testing

@Suite("contentLength, and what is written after all")
struct ContentLengthTests {
    private static let announced = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

    /// What the server sends on a connection that carries one request.
    private func transcript(_ handler: @escaping HTTPServer.Handler) async throws -> String {
        let texts = Events<String>()
        try await withServer(.bare, handler) { server in
            texts.add(try await server.transcript(of: get("/", "Connection: close")))
        }
        return try await texts.next().replacing("Connection: close\r\n", with: "")
    }

    @Test("is sent, by the property or by the field, when it is met")
    func equal() async throws {
        for byField in [false, true] {
            let text = try await transcript { request in
                if byField {
                    request.response.headers[.contentLength] = "5"
                } else {
                    request.response.contentLength = 5
                    #expect(request.response.contentLength == 5)
                }
                try await request.response.write("he")
                try await request.response.write("llo")
            }
            #expect(text == Self.announced + "hello")
        }
    }

    @Test("is an error when nothing or too much is written at once, and nothing wrong is sent")
    func wrongAtOnce() async throws {
        for (content, error) in [
            ("", HTTPServerError.contentLengthNotReached(announced: 5, written: 0)),
            ("hell", .contentLengthNotReached(announced: 5, written: 4)),
            ("hello!", .contentLengthExceeded(announced: 5, written: 6)),
        ] {
            let text = try await transcript { request in
                request.response.contentLength = 5
                await #expect(throws: error) { try await request.response.end(content) }
                request.response.contentLength = nil
                try await request.response.end("corrected")
            }
            #expect(text == "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncorrected")
        }
    }

    @Test("is an error when the first write is too much, and nothing wrong is sent")
    func wrongFirstWrite() async throws {
        let text = try await transcript { request in
            request.response.contentLength = 5
            try await request.response.write("hello!")
        }
        #expect(text.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }

    @Test("answers 500 when the handler writes nothing")
    func forgotten() async throws {
        let text = try await transcript { $0.response.contentLength = 5 }
        #expect(text.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }

    @Test("tears the connection when too much follows")
    func tooMuch() async throws {
        let text = try await transcript { request in
            request.response.contentLength = 5
            try await request.response.write("he")
            try await request.response.flush()
            await #expect(throws: HTTPServerError.contentLengthExceeded(announced: 5, written: 6)) {
                try await request.response.write("llo!")
            }
            throw CancellationError()
        }
        #expect(text == Self.announced + "he", "what was too much is not sent")
    }

    @Test("lets a handler go on after it wrote too much")
    func corrected() async throws {
        let text = try await transcript { request in
            request.response.contentLength = 5
            try await request.response.write("he")
            await #expect(throws: HTTPServerError.self) { try await request.response.write("llo!") }
            try await request.response.write("llo")
        }
        #expect(text == Self.announced + "hello")
    }

    @Test("tears the connection when too little is written", arguments: [true, false])
    func tooLittle(ends: Bool) async throws {
        let errors = Events<any Error>()
        let text = try await transcript { request in
            request.response.contentLength = 5
            try await request.response.write("he")
            try await request.response.flush()
            do {
                if ends { try await request.response.end("ll") }
            } catch {
                errors.add(error)
                throw error
            }
        }
        #expect(text.hasPrefix(Self.announced + "he") && !text.hasSuffix("hello"))
        if ends {
            let error = try await errors.next() as? HTTPServerError
            #expect(error == .contentLengthNotReached(announced: 5, written: 4))
        }
    }

    @Test("can't be negative", arguments: [-1, Int.min])
    func negative(length: Int) async throws {
        let text = try await transcript { request in
            request.response.contentLength = length
            await #expect(throws: HTTPServerError.invalidContentLength("\(length)")) {
                try await request.response.write("x")
            }
            await #expect(throws: HTTPServerError.invalidContentLength("\(length)")) {
                try await request.response.end()
            }
        }
        #expect(text.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }

    @Test("takes nothing after the end")
    func afterEnd() async throws {
        let text = try await transcript { request in
            try await request.response.end("hello")
            await #expect(throws: HTTPServerError.responseEnded) { try await request.response.write("x") }
            await #expect(throws: HTTPServerError.responseEnded) { try await request.response.end() }
            await #expect(throws: HTTPServerError.self) { try await request.response.detachSocket() }
        }
        #expect(text == Self.announced + "hello")
    }
}
