import HTTPTypes
import Martlet
import MartletTesting
import MartletWeb
import Testing

@Suite("Cookies, sessions, access and errors, over every carrier")
struct StateTests {
    typealias Carrier = TestServer.Carrier

    private struct Broken: Error {}

    @Test("A client keeps its cookies, another one has its own", arguments: Carrier.allCases)
    func cookies(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            let theme = request.cookies.first { $0.name == "theme" }?.value
            request.response.cookies.append(try SetCookie(name: "theme", value: "dark"))
            try await request.response.end(theme ?? "none")
        }
        #expect(try await app.get("/").text == "none")
        #expect(try await app.get("/").text == "dark")
        #expect(try await app.client().get("/").text == "none")
    }

    @Test("A session goes on", arguments: Carrier.allCases)
    func sessions(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            let session = try await request.session
            let visits = (session["visits"].flatMap { Int($0) } ?? 0) + 1
            session["visits"] = String(visits)
            try await request.response.end("\(visits)")
        }
        for visit in 1...3 { #expect(try await app.get("/").text == "\(visit)") }
        #expect(try await app.client().get("/").text == "1")
    }

    @Test("A log-in is asked for, and accepted", arguments: Carrier.allCases)
    func login(carrier: Carrier) async throws {
        let login = try BasicAuthentication(realm: "admin", users: ["ada": "lovelace"])
        let app = TestServer(over: carrier, around: [login]) { request in
            try await request.response.end(request[BasicAuthentication.UserKey.self] ?? "none")
        }
        #expect(try await app.get("/").status == .unauthorized)
        #expect(try await app.get("/", headers: [.authorization: "Basic YWRhOmxvdmVsYWNl"]).text == "ada")
        #expect(try await app.get("/", headers: [.authorization: "Basic YWRhOmJ5cm9u"]).status == .unauthorized)
    }

    @Test("A token is asked for", arguments: Carrier.allCases)
    func token(carrier: Carrier) async throws {
        enum Key: RequestStorageKey { typealias Value = String }
        let tokens = try BearerAuthentication(Key.self, realm: "api") { $0 == "abc" ? "ada" : nil }
        let app = TestServer(over: carrier, around: [tokens]) { request in
            try await request.response.end(request[Key.self] ?? "none")
        }
        #expect(try await app.get("/", headers: [.authorization: "Bearer abc"]).text == "ada")
        #expect(try await app.get("/", headers: [.authorization: "Bearer abd"]).status == .unauthorized)
    }

    @Test("An error that a handler throws is in the log of the server, not in its answer", arguments: Carrier.allCases)
    func broken(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { _ in throw Broken() }
        let answer = try await app.get("/")
        #expect(answer.status == .internalServerError)
        #expect(!answer.text.contains("Broken"))
        #expect(app.errors.count == 1 && app.errors[0] is Broken)
        #expect("\(answer)".contains("* A handler threw: Broken()"))
    }

    @Test("An error with a status is the answer", arguments: Carrier.allCases)
    func httpError(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { _ in throw HTTPError(.conflict, "Already there.") }
        let answer = try await app.get("/")
        #expect(answer.status == .conflict)
        #expect(answer.text.contains("Already there."))
    }

    @Test("Middleware adds to the answer", arguments: Carrier.allCases)
    func middleware(carrier: Carrier) async throws {
        let app = TestServer(over: carrier, around: [try CORSPolicy(origins: .only("https://example.com"))]) {
            request in
            try await request.response.end("public")
        }
        let answer = try await app.get("/", headers: [.origin: "https://example.com"])
        #expect(answer.headers[.accessControlAllowOrigin] == "https://example.com")
    }

    @Test("Requests of other origins are refused", arguments: Carrier.allCases)
    func crossOrigin(carrier: Carrier) async throws {
        let app = TestServer(over: carrier, around: [CrossOriginProtection()]) { _ in }
        #expect(try await app.post("/", headers: [.origin: "https://evil.example"]).status == .forbidden)
        #expect(try await app.post("/").status == .ok)
    }

    @Test("A hundred requests at once get their own answers", arguments: Carrier.allCases)
    func many(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            await Task.yield()
            try await request.response.end(request.url.path)
        }
        let texts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<100 { group.addTask { (number, try await app.get("/\(number)").text) } }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(texts.count == 100)
        #expect(texts.allSatisfy { $0.value == "/\($0.key)" })
    }

    @Test("A WebSocket echoes", arguments: Carrier.allCases)
    func webSocket(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in
            let socket = try await WebSocket.upgrade(request)
            for try await message in socket { try await socket.send(message) }
        }
        try await app.webSocket("/chat") { socket in
            try await socket.send("Hello")
            guard case .text("Hello")? = try await socket.receive() else {
                Issue.record("the echo is missing")
                return
            }
        }
    }

    @Test("A handler that refuses a WebSocket is an error with its status", arguments: Carrier.allCases)
    func noWebSocket(carrier: Carrier) async throws {
        let app = TestServer(over: carrier) { request in request.response.status = .forbidden }
        let error = await #expect(throws: WebSocketError.self) { try await app.webSocket("/chat") { _ in } }
        #expect("\(try #require(error))".contains("403"))
    }

    @Test("A client that goes away cancels its handler", arguments: Carrier.allCases)
    func cancelled(carrier: Carrier) async throws {
        let (begins, begun) = AsyncStream<Void>.makeStream()
        let (ends, ended) = AsyncStream<Bool>.makeStream()
        let app = TestServer(over: carrier) { request in
            begun.yield()
            do {
                try await Task.sleep(for: .seconds(60))
                ended.yield(false)
            } catch {
                ended.yield(Task.isCancelled)
            }
        }
        let request = Task { try await app.get("/") }
        for await _ in begins { break }
        request.cancel()
        for await wasCancelled in ends {
            #expect(wasCancelled)
            break
        }
    }

    @Test("Several hosts share a server", arguments: [Carrier.memory, .http1, .http2])
    func hosts(carrier: Carrier) async throws {
        let hosts = VirtualHost()
        try hosts.addHost("example.com") { request in try await request.response.end("one") }
        try hosts.addHost("*.example.com") { request in try await request.response.end("many") }
        let app = TestServer(hosts, over: carrier)
        #expect(try await app.get("http://example.com/").text == "one")
        #expect(try await app.get("http://www.example.com/").text == "many")
    }
}
