import HTTPWire
import Martlet
import Testing

@Suite("Sessions")
struct SessionTests {
    /// Does what the target says with the session, and answers with what it sees.
    private static let handler: HTTPServer.Handler = { request in
        guard request.url.path != "/none" else { return }
        let session = try await request.session
        let before = "\(session.isNew ? "new" : "known") \(session["name"] ?? "-")"
        switch request.url.path {
        case "/set": session["name"] = request.url.query
        case "/unset": session["name"] = nil
        case "/destroy": session.destroy()
        case "/renew": session.renewID()
        case "/again":
            session.destroy()
            try await request.session["name"] = "again"
        case "/late":
            try await request.response.write(before)
            session["name"] = "late"
            return
        case "/renew-late":
            try await request.response.write(before)
            try await request.response.flush()
            session.renewID()
            return
        default: break
        }
        try await request.response.end(before)
    }

    /// The text of the answer, and the session's cookie if one was set.
    private func ask(
        _ server: HTTPServer,
        _ target: String,
        _ id: String? = nil
    ) async throws -> (text: String, cookie: String?) {
        let response = try await server.response(
            to: id.map { get(target, "Cookie: MARTLETSESSID=\($0)") } ?? get(target)
        )
        return (response.text, response["Set-Cookie"])
    }

    private func id(_ cookie: String?) throws -> String {
        let cookie = try #require(cookie)
        return String(cookie.dropFirst("MARTLETSESSID=".count).prefix { $0 != ";" })
    }

    private func withSessions(
        _ change: (inout HTTPServer.Configuration) -> Void = { _ in },
        test: (HTTPServer, MemorySessionStore) async throws -> Void
    ) async throws {
        let store = MemorySessionStore()
        var configuration = HTTPServer.Configuration.bare
        configuration.sessions.store = store
        change(&configuration)
        try await withServer(configuration, Self.handler) { server in
            try await test(server, store)
        }
    }

    @Test("keeps its id when it is renewed after the client could be told of another")
    func renewedTooLate() async throws {
        try await withSessions { server, _ in
            let begun = try id(await ask(server, "/set?Han").cookie)
            #expect(try await ask(server, "/renew-late", begun).cookie == nil)
            #expect(try await ask(server, "/", begun).text == "known Han")
        }
    }

    @Test("begin when they are asked for, and not before")
    func lazy() async throws {
        try await withSessions { server, store in
            #expect(try await ask(server, "/none").cookie == nil)
            #expect(try await ask(server, "/none", String(repeating: "0", count: 32)).cookie == nil)
            #expect(store.count == 0)
            _ = try await ask(server, "/")
            #expect(store.count == 1)
        }
    }

    @Test("are told to the client once, by a cookie that scripts and other sites don't get")
    func cookie() async throws {
        try await withSessions { server, _ in
            let first = try await ask(server, "/set?Ada")
            #expect(first.text == "new -")
            let id = try id(first.cookie)
            #expect(first.cookie == "MARTLETSESSID=\(id); Path=/; HttpOnly; SameSite=Lax")
            #expect(id.utf8.count == 32 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase })
            let second = try await ask(server, "/", id)
            #expect(second.text == "known Ada")
            #expect(second.cookie == nil)
        }
    }

    @Test("have ids of 128 random bits")
    func ids() async throws {
        try await withSessions { server, _ in
            var ids: Set<String> = []
            for _ in 0..<50 { ids.insert(try id(try await ask(server, "/").cookie)) }
            #expect(ids.count == 50)
            // Were some bits constant, some digits would be too.
            for position in 0..<32 {
                let digits = Set(ids.map { Array($0)[position] })
                #expect(digits.count > 4, "digit \(position)")
            }
        }
    }

    @Test("keep what is set and forget what is removed")
    func values() async throws {
        try await withSessions { server, _ in
            let id = try id(try await ask(server, "/set?Ada").cookie)
            #expect(try await ask(server, "/set?Grace", id).text == "known Ada")
            #expect(try await ask(server, "/unset", id).text == "known Grace")
            #expect(try await ask(server, "/", id).text == "known -")
        }
    }

    @Test("keep what is set after the head was sent, if the client knows the session")
    func lateValues() async throws {
        try await withSessions { server, _ in
            let id = try id(try await ask(server, "/set?early").cookie)
            #expect(try await ask(server, "/late", id).text == "known early")
            #expect(try await ask(server, "/", id).text == "known late")
        }
    }

    @Test("can be destroyed, which the client is told")
    func destroy() async throws {
        try await withSessions { server, store in
            let id = try id(try await ask(server, "/set?Ada").cookie)
            let answer = try await ask(server, "/destroy", id)
            #expect(answer.cookie == "MARTLETSESSID=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
            #expect(store.count == 0)
            let next = try await ask(server, "/", id)
            #expect(next.text == "new -")
            #expect(try self.id(next.cookie) != id)
        }
    }

    @Test("that are destroyed at once are not begun")
    func destroyNew() async throws {
        try await withSessions { server, store in
            let answer = try await ask(server, "/destroy")
            #expect(answer.cookie == nil)
            #expect(store.count == 0)
        }
    }

    @Test("can be begun anew in the request that destroyed one")
    func again() async throws {
        try await withSessions { server, store in
            let old = try id(try await ask(server, "/set?Ada").cookie)
            let new = try id(try await ask(server, "/again", old).cookie)
            #expect(old != new)
            #expect(store.count == 1)
            #expect(try await ask(server, "/", new).text == "known again")
            #expect(try await ask(server, "/", old).text == "new -")
        }
    }

    @Test("can get another id, with which the old one is worth nothing (session fixation)")
    func renew() async throws {
        try await withSessions { server, store in
            let old = try id(try await ask(server, "/set?Ada").cookie)
            let answer = try await ask(server, "/renew", old)
            #expect(answer.text == "known Ada")
            let new = try id(answer.cookie)
            #expect(new != old)
            #expect(store.count == 1)
            #expect(try await ask(server, "/", new).text == "known Ada")
            #expect(try await ask(server, "/", old).text == "new -")
            let renewedAtOnce = try await ask(server, "/renew")
            let id = try id(renewedAtOnce.cookie)
            #expect(try await ask(server, "/", id).text == "known -")
        }
    }

    @Test(
        "do not adopt an id that nobody gave out",
        arguments: [
            "00000000000000000000000000000000", "x", "", "ABCDEF00000000000000000000000000", "../../etc/passwd",
        ]
    )
    func unknownID(planted: String) async throws {
        try await withSessions { server, _ in
            let answer = try await ask(server, "/", planted)
            #expect(answer.text == "new -")
            #expect(try id(answer.cookie) != planted)
        }
    }

    @Test("are found among several cookies of the same name")
    func severalCookies() async throws {
        try await withSessions { server, _ in
            let id = try id(try await ask(server, "/set?Ada").cookie)
            let wrong = String(repeating: "0", count: 32)
            let answer = try await ask(server, "/", "\(wrong); a=b; MARTLETSESSID=\(id)")
            #expect(answer.text == "known Ada")
        }
    }

    @Test("have the cookie that is configured")
    func configuredCookie() async throws {
        try await withSessions {
            $0.sessions.cookieName = "sid"
            $0.sessions.cookiePath = "/app"
            $0.sessions.cookieDomain = "example.org"
            $0.sessions.sameSite = .strict
            $0.sessions.isSecure = true
        } test: { server, _ in
            let cookie = try #require(try await ask(server, "/").cookie)
            #expect(cookie.hasPrefix("sid="))
            #expect(cookie.hasSuffix("; Domain=example.org; Path=/app; Secure; HttpOnly; SameSite=Strict"))
        }
    }

    @Test(
        "have a Secure cookie where a trusted proxy says that the client came by https",
        arguments: [
            (AddressRange.loopback, "X-Forwarded-Proto: https", true),
            (AddressRange.loopback, "Forwarded: for=9.9.9.9;proto=https", true),
            (AddressRange.loopback, "X-Forwarded-Proto: http", false),
            (AddressRange.loopback, "X-Forwarded-For: 9.9.9.9", false),
            ([], "X-Forwarded-Proto: https", false),
        ]
    )
    func secureCookie(trusted: [AddressRange], field: String, isSecure: Bool) async throws {
        try await withServer(.bare.with { $0.trustedProxies = trusted }) { request in
            let isNew = try await request.session.isNew
            try await request.response.end("\(isNew) \(request.isSecure)")
        } test: { server in
            let response = try await server.response(to: get("/", field))
            #expect(response.text == "true \(isSecure)")
            #expect(response["Set-Cookie"]?.contains("; Secure") == isSecure)
        }
    }

    @Test("end when nobody has used them for the sessionTimeout, which can be changed")
    func timeout() async throws {
        let time = HeldTime.forTest()
        try await withSessions {
            $0.time = TimeSource(held: time)
        } test: { server, store in
            let id = try id(try await ask(server, "/set?Ada").cookie)
            #expect(server.sessionTimeout == .seconds(1200))
            server.sessionTimeout = .seconds(30)
            #expect(try await ask(server, "/", id).text == "known Ada", "this use sets the new time")
            await time.advance(by: .seconds(31))
            #expect(try await ask(server, "/", id).text == "new -")
            try await eventually {
                // Expired sessions are removed from time to time.
                await time.advance(by: .seconds(1))
                return store.count == 0
            }
        }
    }
}
