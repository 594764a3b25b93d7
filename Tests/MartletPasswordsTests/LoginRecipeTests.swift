#if Passwords
    import HTTPTypes
    import HTTPWire
    import Martlet
    import MartletPasswords
    import MartletWeb
    import Synchronization
    import Testing

    /// The members of the recipe, in memory.
    final class MemberTable: Sendable {
        private let hashes: Mutex<[String: String]>

        init(_ hashes: [String: String]) {
            self.hashes = Mutex(hashes)
        }

        func hash(of name: String) async throws -> String? { hashes.withLock { $0[name] } }
    }

    // The code of docs/login.md.

    struct Member: SessionValue {
        static let sessionKey = "member"
        var name: String
    }

    struct Credentials: Codable {
        var name: String
        var password: String
    }

    func loginRoutes(_ members: MemberTable) throws -> Router {
        let clients = try RateLimit(20, per: .seconds(60), name: "log in")
        let attempts = try RateLimit(5, per: .seconds(900), name: "attempts")
        var router = Router()
        router.use(CrossOriginProtection())

        router.group("/", use: clients) { limited in
            limited.post("/login", json: Credentials.self) { request, credentials in
                try await attempts.take(credentials.name, for: request)
                let hash = try await members.hash(of: credentials.name)  // nil if there is no such member
                guard try await Password.verify(credentials.password, hash: hash) else {
                    throw HTTPError(.unauthorized, "The name or the password is wrong.")
                }
                let session = try await request.session
                session.renewID()
                session[Member.self] = Member(name: credentials.name)
                try await request.response.end(json: ["name": credentials.name])
            }
        }
        router.post("/logout") { request in
            try await request.existingSession?.destroy()
            try await request.response.end()
        }
        router.get("/me") { request in
            guard let member = try await request.existingSession?[Member.self] else {
                throw HTTPError(.unauthorized, "Log in first.")
            }
            try await request.response.end(json: ["name": member.name])
        }
        return router
    }

    @Suite("The log-in of docs/login.md")
    struct LoginRecipeTests {
        private static let password = "Zo\u{EB}"
        /// Of the password, with less work than new hashes take.
        private static let hash =
            "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$GjpliFH9aFAgN4SIpqYf2hR6cLwHx300k6oRos1Un/g"

        private func withLogin(_ test: (String, HTTPClient) async throws -> Void) async throws {
            let members = MemberTable(["Ada": Self.hash])
            let server = try await HTTPServer.bind(.loopbackIPv4, port: 0)
            let router = try loginRoutes(members)
            let serving = Task { try await server.serve(router) }
            var configuration = HTTPClient.Configuration()
            configuration.cookieJar = CookieJar()
            let client = HTTPClient(configuration: configuration)
            do {
                try await test(server.url, client)
            } catch {
                await server.close(force: true)
                throw error
            }
            await client.close(force: true)
            await server.close(force: true)
            try await serving.value
        }

        @Test("lets members in and out, under an id that was not there before")
        func members() async throws {
            try await withLogin { url, client in
                let stranger = try await client.get(url + "me")
                #expect(stranger.status == .unauthorized)
                #expect(stranger.headers[.setCookie] == nil)
                let planted = "MARTLETSESSID=\(String(repeating: "a", count: 32))"
                let login = try await client.post(
                    url + "login",
                    body: .json(Credentials(name: "Ada", password: Self.password)),
                    headers: [.cookie: planted]
                )
                #expect(login.status == .ok)
                #expect(login.headers[.setCookie]?.contains(planted) == false)
                let me = try await client.get(url + "me").success().json()
                #expect(me["name"]?.string == "Ada")
                try await client.post(url + "logout").success()
                let gone = try await client.get(url + "me")
                #expect(gone.status == .unauthorized)
            }
        }

        @Test("says the same of a wrong password and of nobody, and refuses the sixth attempt")
        func attempts() async throws {
            try await withLogin { url, client in
                var answers: Set<String> = []
                for name in ["Ada", "Han"] {
                    for count in 1...6 {
                        let body = try HTTPRequestBody.json(Credentials(name: name, password: "wrong"))
                        let response = try await client.post(url + "login", body: body)
                        #expect(response.status == (count <= 5 ? .unauthorized : .tooManyRequests))
                        if count <= 5 { answers.insert(try await response.text()) }
                    }
                }
                #expect(answers.count == 1)
            }
        }

        @Test("is not for the pages of others")
        func crossOrigin() async throws {
            try await withLogin { url, client in
                for path in ["login", "logout"] {
                    let body = try HTTPRequestBody.json(Credentials(name: "Ada", password: Self.password))
                    let fields: HTTPFields = [.origin: "https://evil.example"]
                    let response = try await client.post(url + path, body: body, headers: fields)
                    #expect(response.status == .forbidden)
                }
            }
        }
    }
#endif
