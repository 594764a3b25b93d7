import HTTPTypes
import HTTPWire
import Martlet
import Testing

/// What becomes of what a handler has done to its session and said to its client, when it does not come to its end.
@Suite("S4: sessions and cookies, whatever ends the handler", .timeLimit(.minutes(5)))
struct SessionOutcomeTests {
    private struct Failure: Error {}

    /// How a handler ends.
    enum Ending: CaseIterable {
        case returns, failure, answer, answered, redirect, cancellation, wrongLength, timeout

        fileprivate func end(_ request: HTTPServerRequest, _ time: HeldTime) async throws {
            switch self {
            case .returns: break
            case .failure: throw Failure()
            case .answer: throw HTTPError(.notFound, "None.")
            case .answered: throw AnsweredError(Failure(), answer: HTTPError(.conflict))
            case .redirect: throw HTTPError(.seeOther, headers: [.location: "/"])
            case .cancellation: throw CancellationError()
            case .wrongLength:
                request.response.contentLength = 7
                try await request.response.end("x")
            case .timeout:
                Task { await time.advance(by: .seconds(60)) }
                try await untilCancelled()
            }
        }

        fileprivate var code: Int {
            switch self {
            case .returns: 200
            case .failure, .wrongLength: 500
            case .answer: 404
            case .answered: 409
            case .redirect: 303
            case .cancellation, .timeout: 503
            }
        }
    }

    private func withSessions(
        over transport: Transport,
        _ ending: Ending,
        _ handler: @escaping @Sendable (HTTPServerRequest, HTTPSession) throws -> Void,
        test: (HTTPServer, HTTPClient, MemorySessionStore) async throws -> Void
    ) async throws {
        let store = MemorySessionStore()
        let time = HeldTime.forTest()
        let configuration = HTTPServer.Configuration.bare.held(by: time).with {
            $0.sessions.store = store
            $0.handlerTimeout = .seconds(30)
        }
        try await withServer(over: transport, configuration, client: { $0.followsRedirects = false }) { request in
            try handler(request, try await request.session)
            try await ending.end(request, time)
        } test: { server, client in
            try await test(server, client, store)
        }
    }

    private static let id = String(repeating: "a", count: 32)
    private static let cookie: HTTPFields = [.cookie: "MARTLETSESSID=\(id)"]
    private static let long = Duration.seconds(600)

    @Test("a session that was destroyed is gone", arguments: Transport.allCases, Ending.allCases)
    func destroyed(transport: Transport, ending: Ending) async throws {
        try await withSessions(over: transport, ending) { _, session in
            session.destroy()
        } test: { server, client, store in
            try await store.create(Self.id, values: ["user": "Ada"], timeToLive: Self.long)
            let response = try await client.get(server.url, headers: Self.cookie)
            #expect(response.status.code == ending.code)
            let cookie = try #require(response.cookies.first)
            #expect(cookie.name == "MARTLETSESSID" && cookie.maxAge == 0)
            #expect(store.count == 0)
        }
    }

    @Test("a session has its new id and its new values", arguments: [Transport.http1, .http2], Ending.allCases)
    func renewed(transport: Transport, ending: Ending) async throws {
        try await withSessions(over: transport, ending) { _, session in
            session["user"] = "Ada"
            session.renewID()
        } test: { server, client, store in
            try await store.create(Self.id, values: ["theme": "dark"], timeToLive: Self.long)
            let response = try await client.get(server.url, headers: Self.cookie)
            #expect(response.status.code == ending.code)
            let cookie = try #require(response.cookies.first)
            #expect(cookie.value != Self.id)
            #expect(try await store.load(Self.id, timeToLive: Self.long) == nil)
            #expect(try await store.load(cookie.value, timeToLive: Self.long) == ["theme": "dark", "user": "Ada"])
        }
    }

    @Test(
        "cookies, and who may read the response, go with the answer; what describes another response does not",
        arguments: [Transport.http1, .http2],
        Ending.allCases
    )
    func fields(transport: Transport, ending: Ending) async throws {
        let lost: [HTTPField.Name] = [
            .contentType, .contentEncoding, .contentLanguage, .contentDisposition, .eTag, .lastModified, .cacheControl,
            .expires, .acceptRanges, .contentRange, .contentLocation,
        ]
        try await withSessions(over: transport, ending) { request, _ in
            let response = request.response
            for name in lost { response.headers[name] = name == .contentEncoding ? "identity" : "x" }
            response.cookies.append(try SetCookie(name: "a", value: "1"))
            response.headers.append(HTTPField(name: .setCookie, value: "b=2"))
            response.headers[.accessControlAllowOrigin] = "*"
            response.headers[.vary] = "Origin"
            response.contentLength = ending == .returns ? nil : 1
        } test: { server, client, _ in
            let response = try await client.get(server.url)
            #expect(response.status.code == ending.code)
            #expect(Set(response.cookies.map(\.name)) == ["a", "b", "MARTLETSESSID"])
            #expect(response.headers[.accessControlAllowOrigin] == "*")
            #expect(response.headers[.vary] == "Origin")
            for name in lost { #expect((response.headers[name] != nil) == (ending == .returns), "\(name)") }
            _ = try await response.collect()
        }
    }

    @Test("a request that was taken from the sequence and dropped")
    func dropped() async throws {
        let store = MemorySessionStore()
        try await store.create(Self.id, values: ["user": "Ada"], timeToLive: Self.long)
        try await withBoundServer(.bare.with { $0.sessions.store = store }) { server in
            let serving = Task {
                for try await request in server { try await request.session.destroy() }
            }
            let response = try await server.response(to: get("/", "Cookie: MARTLETSESSID=\(Self.id)"))
            #expect(response.status == 503)
            #expect(response["Set-Cookie"]?.hasPrefix("MARTLETSESSID=; Max-Age=0") == true, "\(response)")
            #expect(store.count == 0)
            await server.close()
            try await serving.value
        }
    }

    @Test("a client that has gone away meanwhile")
    func gone() async throws {
        let store = MemorySessionStore()
        try await store.create(Self.id, values: ["user": "Ada"], timeToLive: Self.long)
        let arrived = Events<Void>()
        try await withServer(.bare.with { $0.sessions.store = store }) { request in
            try await request.session.destroy()
            arrived.add()
            try await Task.sleep(for: .seconds(60))
        } test: { server in
            let client = try await server.connect()
            client.send(get("/", "Cookie: MARTLETSESSID=\(Self.id)"))
            try await arrived.next()
            try await client.reset()
            try await eventually { store.count == 0 }
        }
    }

    @Test("a handler that does not return when it is cancelled, and a store that is slow", arguments: [true, false])
    func stubborn(isIterated: Bool) async throws {
        let store = MemorySessionStore()
        try await store.create(Self.id, values: ["user": "Ada"], timeToLive: Self.long)
        let release = Events<Void>()
        let time = HeldTime.forTest()
        let configuration = HTTPServer.Configuration.bare.held(by: time).with {
            $0.sessions.store = store
            $0.handlerTimeout = .seconds(30)
        }
        let answer: HTTPServer.Handler = { request in
            try await request.session.destroy()
            Task { await time.advance(by: .seconds(60)) }
            try? await Task { try await release.next() }.value
        }
        try await withBoundServer(configuration) { server in
            let serving = Task {
                guard isIterated else { return try await server.serve(answer) }
                for try await request in server { try await answer(request) }
            }
            let response = try await server.response(to: get("/", "Cookie: MARTLETSESSID=\(Self.id)"))
            #expect(response.status == 503)
            #expect(response["Set-Cookie"]?.contains("Max-Age=0") == true)
            #expect(store.count == 0)
            release.add()
            await server.close(force: true)
            try await serving.value
        }
    }

    @Test("an answer that can't be sent with what was kept is sent without")
    func unsendable() async throws {
        try await withServer { request in
            request.response.headers.append(HTTPField(name: .vary, value: "Origin"))
            throw HTTPError(.ok, headers: [.transferEncoding: "chunked"])
        } test: { server in
            let text = try await server.response(to: get()).description
            #expect(text == "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 21\r\n\r\nInternal Server Error")
        }
    }
}
