import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization
import Testing

@testable import Martlet

@Suite("HTTPClient: middleware", .timeLimit(.minutes(5)))
struct HTTPClientMiddlewareTests {
    /// Adds a letter to a field of the request, and notes what it sees.
    private struct Marking: ClientMiddleware {
        static let field = HTTPField.Name("X-Marks") ?? .accept
        let mark: String
        let seen: Events<String>

        func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
            { request in
                var request = request
                request.headers[Self.field] = (request.headers[Self.field] ?? "") + mark
                seen.add("\(mark) \(request.method) \(request.url.path)")
                let response = try await send(request)
                seen.add("\(mark) \(response.status.code)")
                return response
            }
        }
    }

    @Test("wraps each request, the first one outermost, and sees the response", arguments: Transport.allCases)
    func order(transport: Transport) async throws {
        let seen = Events<String>()
        let middleware: [any ClientMiddleware] = [Marking(mark: "a", seen: seen), Marking(mark: "b", seen: seen)]
        try await withServer(over: transport, client: { $0.middleware = middleware }) { request in
            let text = try await request.text()
            try await request.response.end("\(request.headers[Marking.field] ?? "none") \(text)")
        } test: { server, client in
            let url = server.url
            #expect(try await client.get(url + "one").text() == "ab ")
            #expect(try await client.post(url + "two", body: "text").text() == "ab text")
            let streamed = try client.open(.put, url + "three")
            try await streamed.write("str")
            try await streamed.write("eam")
            #expect(try await streamed.end().text() == "ab stream")
            let expected = ["GET /one", "POST /two", "PUT /three"].flatMap { ["a \($0)", "b \($0)", "b 200", "a 200"] }
            #expect(seen.all == expected)
        }
    }

    @Test("may answer with an error, and the request is not sent")
    func failing() async throws {
        struct Refusing: ClientMiddleware {
            struct Refusal: Error {}

            func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
                { request in
                    if request.method == .delete { throw Refusal() }
                    return try await send(request)
                }
            }
        }
        let count = Atomic(0)
        try await withServer(over: .http1, client: { $0.middleware = [Refusing()] }) { _ in
            count.wrappingAdd(1, ordering: .relaxed)
        } test: { server, client in
            let url = server.url
            await #expect(throws: Refusing.Refusal.self) { _ = try await client.delete(url) }
            let response = try await client.get(url)
            #expect(response.status == .ok)
            #expect(count.load(ordering: .relaxed) == 1)
        }
    }

    // MARK: Attempts

    /// Numbers each attempt in a field, and notes what it sees.
    private struct Numbering: ClientMiddleware {
        static let field = HTTPField.Name("X-Attempt") ?? .accept
        let mark: String
        let seen: Events<String>
        private let count = Shared(0)

        init(mark: String = "", seen: Events<String>) {
            self.mark = mark
            self.seen = seen
        }

        func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender { send }

        func wrappingAttempts(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
            { request in
                var request = request
                let number = count.change { number in
                    number += 1
                    return number
                }
                // What an attempt adds is not there in the next one.
                seen.add("\(mark)\(request.method) \(request.url.path) \(request.headers[Self.field] ?? "-")")
                request.headers[Self.field] = (request.headers[Self.field] ?? "") + "\(mark)\(number)"
                do {
                    let response = try await send(request)
                    seen.add("\(mark)\(response.status.code)")
                    return response
                } catch {
                    seen.add("\(mark)\(error)")
                    throw error
                }
            }
        }
    }

    @Test("sees each attempt: after redirects and challenges", arguments: Transport.allCases)
    func attempts(transport: Transport) async throws {
        let seen = Events<String>()
        let middleware: [any ClientMiddleware] = [Numbering(mark: "a", seen: seen), Numbering(mark: "b", seen: seen)]
        try await withServer(
            over: transport,
            client: {
                $0.middleware = middleware
                $0.authenticate = { _, _ in .basic(username: "user", password: "pw") }
            }
        ) { request in
            let field = request.headers[Numbering.field] ?? "none"
            switch request.url.path {
            case "/from": try await request.response.redirect(to: "/to", status: .seeOther)
            case "/secret" where request.authorization?.basic?.password != "pw":
                throw HTTPError(.unauthorized, "", headers: [.wwwAuthenticate: "Basic realm=\"a\""])
            default: try await request.response.end(field)
            }
        } test: { server, client in
            let url = server.url
            let redirected = try await client.post(url + "from", body: "text").text()
            #expect(redirected == "a2b2")
            let challenged = try await client.get(url + "secret").text()
            #expect(challenged == "a4b4")
            #expect(
                seen.all == [
                    "aPOST /from -", "bPOST /from a1", "b303", "a303", "aGET /to -", "bGET /to a2", "b200", "a200",
                    "aGET /secret -", "bGET /secret a3", "b401", "a401", "aGET /secret -", "bGET /secret a4", "b200",
                    "a200",
                ]
            )
        }
    }

    @Test("sees each attempt: after a connection that the server has closed")
    func lostConnections() async throws {
        let seen = Events<String>()
        try await ScriptedServer.run { connection, number in
            try connection.readHead()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            if number == 0 { try connection.readHead() }
        } while: { server in
            let client = makeClient { $0.middleware = [Numbering(seen: seen)] }
            for _ in 0..<2 { _ = try await client.get(server.url + "/").collect() }
            #expect(seen.all == ["GET / -", "200", "GET / -", "\(HTTPClientError.connectionClosed)", "GET / -", "200"])
            await client.close(force: true)
        }
    }

    @Test("may answer an attempt by itself, or refuse it")
    func standingIn() async throws {
        struct Refusing: ClientMiddleware {
            struct Refusal: Error {}

            func wrapping(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender { send }
            func wrappingAttempts(_ send: @escaping HTTPClient.Sender) -> HTTPClient.Sender {
                { request in
                    if request.url.path == "/no" { throw Refusal() }
                    if request.url.path == "/twice" { _ = try await send(request).collect() }
                    return try await send(request)
                }
            }
        }
        let seen = Events<String>()
        try await withServer(over: .http1, client: { $0.middleware = [Refusing()] }) { request in
            seen.add(request.target)
            if request.target == "/yes" { try await request.response.redirect(to: "/no") }
        } test: { server, client in
            let url = server.url
            await #expect(throws: Refusing.Refusal.self) { _ = try await client.get(url + "yes") }
            let response = try await client.get(url + "twice")
            #expect(response.status == .ok && seen.all == ["/yes", "/twice", "/twice"])
        }
    }

    // MARK: Retries

    /// A server that answers so many requests of a path with a status, and then 200.
    private func withFailingServer(
        _ transport: Transport,
        _ status: HTTPResponse.Status,
        times: Int,
        headers: HTTPFields = [:],
        retries: RequestRetries,
        client change: (inout HTTPClient.Configuration) -> Void = { _ in },
        test: (String, HTTPClient, Events<String>) async throws -> Void
    ) async throws {
        let seen = Events<String>()
        try await withServer(
            over: transport,
            client: {
                $0.middleware = [retries]
                change(&$0)
            }
        ) { request in
            let text = try await request.text()
            seen.add("\(request.method) \(text)")
            if seen.all.count <= times { throw HTTPError(status, "Not now.", headers: headers) }
            try await request.response.end("fine")
        } test: { server, client in
            try await test(server.url, client, seen)
        }
    }

    /// Each with a budget of its own.
    private static var quick: RequestRetries {
        RequestRetries(firstPause: .milliseconds(1), longestPause: .seconds(2))
    }

    @Test("Retries send idempotent requests again until they succeed", arguments: Transport.allCases)
    func retries(transport: Transport) async throws {
        for status: HTTPResponse.Status in [.tooManyRequests, .badGateway, .serviceUnavailable, .gatewayTimeout] {
            try await withFailingServer(transport, status, times: 2, retries: Self.quick) { url, client, seen in
                let text = try await client.put(url, body: "text").text()
                #expect(text == "fine")
                #expect(seen.all == ["PUT text", "PUT text", "PUT text"])
            }
        }
    }

    @Test("Retries return the last response when there were too many")
    func tooMany() async throws {
        try await withFailingServer(.http1, .serviceUnavailable, times: 9, retries: Self.quick) { url, client, seen in
            let response = try await client.get(url)
            #expect(response.status == .serviceUnavailable)
            #expect(try await response.text() == "Not now.")
            #expect(seen.all.count == 4)
        }
    }

    @Test("Retries leave alone what must not be sent twice, or would not help")
    func unrepeatable() async throws {
        try await withFailingServer(.http1, .serviceUnavailable, times: 3, retries: Self.quick) { url, client, seen in
            let post = try await client.post(url, body: "text")
            #expect(post.status == .serviceUnavailable)
            let streamed = try client.open(.put, url)
            try await streamed.write("stream")
            let response = try await streamed.end()
            #expect(response.status == .serviceUnavailable)
            #expect(seen.all == ["POST text", "PUT stream"])
            // A key says that the server notices the second one.
            let keyed = try await client.post(url, body: "text", headers: [.idempotencyKey: "\"7\""])
            #expect(try await keyed.text() == "fine")
            #expect(seen.all.count == 4)
        }
        try await withFailingServer(.http1, .notFound, times: 1, retries: Self.quick) { url, client, seen in
            let response = try await client.get(url)
            #expect(response.status == .notFound)
            #expect(seen.all.count == 1)
        }
    }

    @Test("Retries come when the server says, if that is not too late")
    func retryAfter() async throws {
        let headers: HTTPFields = [.retryAfter: "1"]
        try await withFailingServer(.http1, .tooManyRequests, times: 1, headers: headers, retries: Self.quick) {
            url,
            client,
            seen in
            let start = ContinuousClock.now
            let text = try await client.get(url).text()
            #expect(text == "fine")
            #expect(ContinuousClock.now - start >= .seconds(1))
            #expect(seen.all.count == 2)
        }
        let late: HTTPFields = [.retryAfter: "3"]
        try await withFailingServer(.http1, .tooManyRequests, times: 1, headers: late, retries: Self.quick) {
            url,
            client,
            seen in
            let response = try await client.get(url)
            #expect(response.status == .tooManyRequests)
            #expect(seen.all.count == 1)
        }
    }

    @Test("Retries don't outlast totalTimeout, which counts for all of them")
    func totalTimeout() async throws {
        let retries = RequestRetries(
            maximumRetries: 1_000_000,
            firstPause: .milliseconds(1),
            longestPause: .milliseconds(20),
            reserve: 1_000_000
        )
        try await withFailingServer(.http1, .serviceUnavailable, times: .max, retries: retries) {
            $0.totalTimeout = .milliseconds(300)
        } test: { url, client, seen in
            do {
                let response = try await client.get(url)
                #expect(response.status == .serviceUnavailable)
            } catch HTTPClientError.timedOut(.total, _, _, _) {
                // The last of them was on its way.
            }
            #expect(seen.all.count > 1)
        }
    }

    @Test("Retries have a budget")
    func budget() async throws {
        let retries = RequestRetries(firstPause: .zero, longestPause: .zero, budget: 0.5, reserve: 2)
        try await withFailingServer(.http1, .serviceUnavailable, times: .max, retries: retries) { url, client, seen in
            for count in [3, 4, 6, 7] {
                let response = try await client.get(url)
                #expect(response.status == .serviceUnavailable)
                #expect(seen.all.count == count)
            }
        }
    }

    @Test("Retries reach a server that comes back")
    func connecting() async throws {
        let count = Atomic(0)
        let retries = RequestRetries(firstPause: .milliseconds(1))
        let dead = try DeadPort()
        let client = makeClient {
            $0.middleware = [retries]
            $0.connectionFactory = { destination in
                // The first two times nobody listens.
                let isFirst = count.wrappingAdd(1, ordering: .relaxed).oldValue < 2
                return .host("127.0.0.1", port: isFirst ? dead.port : destination.port)
            }
        }
        try await withServer(over: .http1) {
            try await $0.response.end("fine")
        } test: { server, _ in
            let text = try await client.get(server.url).text()
            #expect(text == "fine")
            #expect(count.load(ordering: .relaxed) == 3)
        }
        await client.close(force: true)
    }

    @Test("A pause between retries ends when the task is cancelled")
    func cancellation() async throws {
        let retries = RequestRetries(firstPause: .seconds(60), longestPause: .seconds(600))
        let headers: HTTPFields = [.retryAfter: "500"]
        try await withFailingServer(.http1, .serviceUnavailable, times: 9, headers: headers, retries: retries) {
            url,
            client,
            seen in
            let task = Task { _ = try await client.get(url) }
            _ = try await seen.next()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    // MARK: success()

    @Test(
        "success() returns a response of 2xx, and throws for others with the beginning of the content",
        arguments: Transport.allCases
    )
    func success(transport: Transport) async throws {
        try await withServer(over: transport) { request in
            switch request.url.path {
            case "/fine": try await request.response.end("fine")
            case "/empty":
                request.response.status = .noContent
                try await request.response.end()
            case "/long":
                request.response.status = .badRequest
                try await request.response.end(String(repeating: "x", count: 1_000_000))
            case "/binary":
                request.response.status = .badRequest
                request.response.headers[.contentType] = "application/octet-stream"
                try await request.response.end("secret")
            default:
                request.response.status = .notFound
                request.response.headers[.contentType] = "text/plain; charset=utf-8"
                try await request.response.end("There is no note\u{1B}[31m here.\nAnd more.")
            }
        } test: { server, client in
            let url = server.url
            let fine = try await client.get(url + "fine").success().text()
            #expect(fine == "fine")
            let empty = try await client.get(url + "empty").success()
            #expect(empty.status == .noContent)
            let missing = await #expect(throws: UnsuccessfulResponse.self) {
                _ = try await client.get(url + "note?token=secret").success()
            }
            #expect(missing?.status == .notFound && missing?.method == .get)
            #expect(missing?.headers.contentType?.essence == "text/plain")
            #expect(missing.map { String(buffer: $0.beginning) } == "There is no note\u{1B}[31m here.\nAnd more.")
            #expect(missing?.description == "GET \(url)note was answered 404 Not Found: There is no note[31m here.")
            let long = await #expect(throws: UnsuccessfulResponse.self) {
                _ = try await client.get(url + "long").success(upTo: 100)
            }
            #expect(long?.beginning.readableBytes == 100)
            let none = await #expect(throws: UnsuccessfulResponse.self) {
                _ = try await client.get(url + "long").success(upTo: -1)
            }
            #expect(none?.beginning.readableBytes == 0)
            let binary = await #expect(throws: UnsuccessfulResponse.self) {
                _ = try await client.get(url + "binary").success()
            }
            #expect(binary?.description == "GET \(url)binary was answered 400 Bad Request.")
        }
    }
}
