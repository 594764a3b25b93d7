import HTTPTypes
import Logging
import Martlet
import Testing

@Suite("A handler that fails")
struct HandlerErrorTests {
    private struct Failure: Error {}

    @Test("is answered 500 without a word about why, and the connection goes on")
    func beforeHead() async throws {
        try await withServer { request in
            request.response.status = .created
            request.response.headers[.contentType] = "text/html"
            throw Failure()
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                let text = try await client.response().description
                #expect(text == "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 21\r\n\r\nInternal Server Error")
            }
        }
    }

    @Test("tears the connection once the head was sent, so that nobody takes the part for the whole")
    func afterHead() async throws {
        try await withServer { request in
            try await request.response.write("part")
            try await request.response.flush()
            throw Failure()
        } test: { server in
            let text = try await server.transcript(of: get())
            #expect(text == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
        }
    }

    @Test("does no harm once the response was ended, but is told of")
    func afterEnd() async throws {
        let errors = Events<any Error>()
        try await withServer(.bare.with { $0.onError = { error, _ in errors.add(error) } }) { request in
            try await request.response.end("complete")
            throw Failure()
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                #expect(try await client.response().text == "complete")
                #expect(try await errors.next() is Failure)
            }
        }
    }

    @Test(
        "can say what to answer",
        arguments: [
            (HTTPError(.notFound, "There is no note 7."), "404 Not Found", "There is no note 7."),
            (HTTPError(.forbidden), "403 Forbidden", "Forbidden"),
            (HTTPError(.init(code: 499)), "499 ", ""), (HTTPError(.noContent), "204 No Content", ""),
            (HTTPError(.init(code: 99)), "500 Internal Server Error", "Internal Server Error"),
        ]
    )
    func httpError(error: HTTPError, line: String, text: String) async throws {
        try await withServer { _ in
            throw error
        } test: { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                client.send(get())
                let response = try await client.response()
                #expect(response.statusLine == "HTTP/1.1 \(line)")
                #expect(response.text == text)
                #expect(response["Connection"] == nil)
            }
        }
    }

    @Test("S16: a method that is not known is no failure, and reported to nobody")
    func notImplemented() async throws {
        let errors = Events<any Error>()
        try await withServer(.bare.with { $0.onError = { error, _ in errors.add(error) } }) { request in
            throw HTTPError(request.target == "/busy" ? .serviceUnavailable : .notImplemented)
        } test: { server in
            let client = try await server.connect()
            client.send(get())
            #expect(try await client.response().statusLine == "HTTP/1.1 501 Not Implemented")
            client.send(get("/busy"))
            #expect(try await client.response().statusLine == "HTTP/1.1 503 Service Unavailable")
            #expect(try await errors.next() as? HTTPError == HTTPError(.serviceUnavailable))
            #expect(errors.all.isEmpty)
        }
    }

    @Test("can answer with fields, which take the place of the default ones")
    func httpErrorFields() async throws {
        let configuration = HTTPServer.Configuration.bare.with {
            $0.defaultResponseHeaders = [.contentType: "text/plain", .xFrameOptions: "DENY"]
        }
        try await withServer(configuration) { _ in
            throw HTTPError(
                .unauthorized,
                "{}",
                headers: [.contentType: "application/json", .wwwAuthenticate: "Basic"]
            )
        } test: { server in
            let response = try await server.response(to: get())
            #expect(
                response.description == "HTTP/1.1 401 Unauthorized\r\nX-Frame-Options: DENY\r\n"
                    + "Content-Type: application/json\r\nWWW-Authenticate: Basic\r\nContent-Length: 2\r\n\r\n{}"
            )
        }
    }

    private struct SoldOut: HTTPResponseError, Equatable {
        var answer: HTTPError { HTTPError(.conflict, "Sold out.", headers: [.retryAfter: "9"]) }
    }

    @Test("can throw errors of its own that know their answer")
    func responseError() async throws {
        try await withServer { _ in
            throw SoldOut()
        } test: { server in
            let response = try await server.response(to: get())
            #expect(
                response.description
                    == "HTTP/1.1 409 Conflict\r\nRetry-After: 9\r\nContent-Length: 9\r\n\r\nSold out."
            )
        }
    }

    @Test("can be answered by a handler around it, and is reported as what it is")
    func answered() async throws {
        let errors = Events<any Error>()
        try await withServer(.bare.with { $0.onError = { error, _ in errors.add(error) } }) { request in
            let error: any Error = request.target == "/sold-out" ? SoldOut() : Failure()
            let answer = HTTPError(answering: error)
            let first = AnsweredError(error, answer: HTTPError(answer.status, "\(answer.status.code)!"))
            #expect("\(first)" == "\(error)")
            // Twice, as by two handlers around it.
            throw AnsweredError(first, answer: HTTPError(first.answer.status, first.answer.message + "!"))
        } test: { server in
            let first = try await server.response(to: get("/sold-out"))
            #expect(first.text == "409!!")
            #expect(try await server.response(to: get()).text == "500!!")
            #expect(try await errors.next() is Failure)
            #expect(errors.all.isEmpty)
        }
    }

    @Test("is answered 503 when it gives up because of a cancellation")
    func cancellation() async throws {
        try await withServer { _ in
            throw CancellationError()
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.status == 503)
        }
    }

    @Test("is logged and told to onError, except for the answers that are the client's business")
    func reports() async throws {
        let logged = Events<String>()
        let errors = Events<String>()
        let configuration = HTTPServer.Configuration.bare.with {
            $0.logger = Logger(label: "test") { _ in Recorder(events: logged) }
            $0.onError = { error, request in errors.add("\(request.target) \(error)") }
        }
        try await withServer(configuration) { request in
            switch request.target {
            case "/404": throw HTTPError(.notFound)
            case "/413": _ = try await request.collect(upTo: 1)
            case "/503": throw HTTPError(.serviceUnavailable, "Later")
            default: throw Failure()
            }
        } test: { server in
            for target in ["/404", "/413", "/503", "/500"] {
                let client = try await server.connect()
                client.send("POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
                let response = try await client.response()
                #expect("/\(response.status)" == target)
            }
            #expect(try await errors.next() == "/503 503 Service Unavailable: Later")
            #expect(try await errors.next() == "/500 Failure()")
            #expect(errors.all.isEmpty)
            #expect(logged.all.filter { $0.hasPrefix("error") }.count == 2)
            #expect(logged.all.contains { $0.contains("Failure()") && $0.contains("/500") })
        }
    }

    private struct Recorder: LogHandler {
        let events: Events<String>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        init(events: Events<String>) { self.events = events }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            events.add("\(event.level) \(event.message) \(event.metadata ?? [:])")
        }
    }
}
