import Martlet
import Testing

@Suite("Values of sessions")
struct SessionValueTests {
    private struct User: SessionValue, Hashable {
        static let sessionKey = "user"
        var name: String
        var roles: [String] = []
    }

    /// Another form of the same value.
    private struct OtherUser: SessionValue {
        static let sessionKey = "user"
        var number: Int
    }

    /// A value that can't be written as JSON.
    private struct Unwritable: SessionValue {
        static let sessionKey = "unwritable"
        var number = Double.nan
    }

    @Test("are kept by their type, as JSON, for the next request", arguments: Transport.allCases)
    func values(transport: Transport) async throws {
        let store = MemorySessionStore()
        try await withServer(
            over: transport,
            .bare.with { $0.sessions.store = store },
            client: { $0.cookieJar = CookieJar() }
        ) { request in
            let session = try await request.session
            switch request.url.path {
            case "/set":
                session[User.self] = User(name: "Zoë", roles: ["admin"])
                #expect(session[User.self] == User(name: "Zoë", roles: ["admin"]))
            case "/remove": session[User.self] = nil
            default: break
            }
            #expect(session[OtherUser.self] == nil)
            let text = session["user"] ?? "none"
            try await request.response.end("\(text) \(session[User.self]?.name ?? "nobody")")
        } test: { server, client in
            #expect(try await client.get(server.url).text() == "none nobody")
            let set = try await client.get(server.url + "set").text()
            #expect(set == #"{"name":"Zoë","roles":["admin"]} Zoë"# || set == #"{"roles":["admin"],"name":"Zoë"} Zoë"#)
            #expect(try await client.get(server.url).text().hasSuffix("} Zoë"))
            #expect(try await client.get(server.url + "remove").text() == "none nobody")
            #expect(try await client.get(server.url).text() == "none nobody")
        }
    }

    @Test("that can't be encoded are an error, and nothing is stored", arguments: Transport.allCases)
    func unwritable(transport: Transport) async throws {
        let store = MemorySessionStore()
        try await withServer(over: transport, .bare.with { $0.sessions.store = store }) { request in
            let session = try await request.session
            session["other"] = "x"
            if request.url.path == "/set" { return try await request.response.end("set") }
            session[Unwritable.self] = Unwritable()
            #expect(session[Unwritable.self] == nil)
            try await request.response.end("fine")
        } test: { server, client in
            let response = try await client.get(server.url)
            #expect(response.status == .internalServerError)
            #expect(response.headers[.setCookie] == nil)
            #expect(store.count == 0)
            let cookie = String(
                try #require(try await client.get(server.url + "set").headers[.setCookie]).prefix { $0 != ";" }
            )
            let request = try client.open(.get, server.url)
            request.headers[.cookie] = cookie
            let other = try await request.end()
            #expect(other.status == .internalServerError)
            let id = String(cookie.drop { $0 != "=" }.dropFirst())
            #expect(try await store.load(id, timeToLive: .seconds(1)) == ["other": "x"])
        }
    }

    @Test("existingSession begins none, and is the same as session where there is one", arguments: Transport.allCases)
    func existing(transport: Transport) async throws {
        let store = MemorySessionStore()
        try await withServer(over: transport, .bare.with { $0.sessions.store = store }) { request in
            if request.url.path == "/begin" { try await request.session["a"] = "b" }
            guard let session = try await request.existingSession else { return try await request.response.end("none") }
            let same = try await request.session
            #expect(same === session)
            let text = session["a"] ?? ""
            if request.url.path == "/end" {
                session.destroy()
                let after = try await request.existingSession
                #expect(after == nil)
            }
            try await request.response.end(text)
        } test: { server, client in
            let none = try await client.get(server.url)
            #expect(none.headers[.setCookie] == nil)
            #expect(try await none.text() == "none")
            #expect(store.count == 0)
            let begun = try await client.get(server.url + "begin")
            let cookie = String(try #require(begun.headers[.setCookie]).prefix { $0 != ";" })
            #expect(try await begun.text() == "b")
            let unknown = "MARTLETSESSID=\(String(repeating: "a", count: 32))"
            for (path, cookie, text) in [
                ("", cookie, "b"), ("", unknown, "none"), ("end", cookie, "b"), ("", cookie, "none"),
            ] {
                let request = try client.open(.get, server.url + path)
                request.headers[.cookie] = cookie
                let answer = try await request.end().text()
                #expect(answer == text)
            }
            #expect(store.count == 0)
        }
    }
}
