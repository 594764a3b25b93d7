import Testing

@testable import Martlet

@Suite("Session stores")
struct SessionStoreTests {
    private static let long = Duration.seconds(600)

    @Test("count the time from the last use")
    func lastUse() async throws {
        let time = HeldTime()
        let store = MemorySessionStore()
        store.follow(TimeSource(held: time))
        try await store.create("a", values: ["k": "v"], timeToLive: .seconds(60))
        try await store.create("b", values: [:], timeToLive: .seconds(60))
        await time.advance(by: .milliseconds(59_999))
        #expect(try await store.load("a", timeToLive: Self.long) == ["k": "v"])
        await time.advance(by: .milliseconds(1))
        #expect(try await store.load("a", timeToLive: Self.long) == ["k": "v"])
        #expect(try await store.load("b", timeToLive: Self.long) == nil)
    }

    @Test("tell when a session's time is over, and of no other end")
    func onTimeout() async throws {
        let store = MemorySessionStore()
        let ended = Events<String>()
        for id in ["removed", "short"] {
            try await store.create(id, values: [:], timeToLive: .milliseconds(300))
            await store.onTimeout(id) { ended.add(id) }
        }
        try await store.remove("removed")
        #expect(try await ended.next() == "short")
        #expect(store.count == 0)
        #expect(ended.all.isEmpty)
    }

    @Test("tell a handler's action when the session ends")
    func onTimeoutOfSession() async throws {
        let ended = Events<Void>()
        try await withServer(.bare.with { $0.sessionTimeout = .milliseconds(300) }) { request in
            try await request.session.onTimeout { ended.add() }
        } test: { server in
            _ = try await server.response(to: get())
            try await ended.next()
        }
    }

    @Test("keep a bounded number; the one that would end first makes room")
    func bounded() async throws {
        let store = MemorySessionStore(maximumCount: 2)
        let ended = Events<String>()
        for (id, seconds) in [("a", 100), ("b", 50), ("c", 200)] {
            try await store.create(id, values: [:], timeToLive: .seconds(seconds))
            await store.onTimeout(id) { ended.add(id) }
        }
        #expect(store.count == 2)
        #expect(try await ended.next() == "b")
        #expect(try await store.load("a", timeToLive: Self.long) != nil)
        #expect(try await store.load("c", timeToLive: Self.long) != nil)
    }

    @Test("change nothing in a session that has ended")
    func updateOfNothing() async throws {
        let store = MemorySessionStore()
        #expect(try await !store.update("a", changes: ["k": "v"], timeToLive: Self.long))
        #expect(try await !store.rename("a", to: "b", changes: [:], timeToLive: Self.long))
        #expect(try await store.load("a", timeToLive: Self.long) == nil)
        #expect(try await store.load("b", timeToLive: Self.long) == nil)
    }

    @Test("S5: give a session another id with its values and its action, and the old one is gone")
    func rename() async throws {
        let store = MemorySessionStore()
        let ended = Events<String>()
        try await store.create("a", values: ["k": "v", "gone": "x"], timeToLive: Self.long)
        await store.onTimeout("a") { ended.add("a") }
        let changes: [String: String?] = ["new": "n", "gone": nil]
        #expect(try await store.rename("a", to: "b", changes: changes, timeToLive: Self.long))
        #expect(try await store.load("a", timeToLive: Self.long) == nil)
        #expect(try await store.load("b", timeToLive: .milliseconds(1)) == ["k": "v", "new": "n"])
        #expect(try await ended.next() == "a")
        #expect(store.count == 0)
    }

    @Test("may be slow, and requests at the same time do not undo each other's changes")
    func concurrent() async throws {
        let store = SlowStore()
        let arrived = Events<Void>()
        let proceed = Events<Void>()
        try await withServer(.bare.with { $0.sessions.store = store }) { request in
            let session = try await request.session
            if request.url.path == "/set" {
                arrived.add()
                try await proceed.next()
                session[request.url.query ?? ""] = "set"
            }
            try await request.response.end(session.keys.sorted().joined(separator: ","))
        } test: { server in
            let cookie = try #require(try await server.response(to: get())["Set-Cookie"]).prefix { $0 != ";" }
            let one = try await server.connect()
            one.send(get("/set?one", "Cookie: \(cookie)"))
            try await arrived.next()
            let two = try await server.connect()
            two.send(get("/set?two", "Cookie: \(cookie)"))
            try await arrived.next()
            // Both have seen the session without either key.
            proceed.add()
            proceed.add()
            _ = try await one.response()
            _ = try await two.response()
            #expect(try await server.response(to: get("/", "Cookie: \(cookie)")).text == "one,two")
        }
    }

    @Test("may fail, which is the handler's error")
    func failing() async throws {
        try await withServer(.bare.with { $0.sessions.store = SlowStore(fails: true) }) { request in
            _ = try await request.session
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.status == 500)
            #expect(response["Set-Cookie"] == nil)
        }
    }

    @Test("may not store a new session, and the request is answered without a cookie")
    func notStored() async throws {
        try await withServer(.bare.with { $0.sessions.store = FullStore() }) { request in
            let session = try await request.session
            session["k"] = "v"
            session.renewID()
            try await request.response.end("fine")
        } test: { server in
            let response = try await server.response(to: get())
            #expect(response.status == 200)
            #expect(response["Set-Cookie"] == nil)
            #expect(response.text == "fine")
        }
    }

    /// Has no room for any session.
    private struct FullStore: SessionStore {
        func load(_ id: String, timeToLive: Duration) async throws -> [String: String]? { nil }

        func create(_ id: String, values: [String: String], timeToLive: Duration) async throws {
            throw SessionNotStored()
        }

        func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws -> Bool { false }

        func rename(
            _ id: String,
            to newID: String,
            changes: [String: String?],
            timeToLive: Duration
        ) async throws -> Bool { false }

        func remove(_ id: String) async throws {}
    }

    private struct SlowStore: SessionStore {
        private struct Unavailable: Error {}
        private let memory = MemorySessionStore()
        private let fails: Bool

        init(fails: Bool = false) { self.fails = fails }

        private func wait() async throws {
            try await Task.sleep(for: .milliseconds(2))
            if fails { throw Unavailable() }
        }

        func load(_ id: String, timeToLive: Duration) async throws -> [String: String]? {
            try await wait()
            return try await memory.load(id, timeToLive: timeToLive)
        }

        func create(_ id: String, values: [String: String], timeToLive: Duration) async throws {
            try await wait()
            try await memory.create(id, values: values, timeToLive: timeToLive)
        }

        func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws -> Bool {
            try await wait()
            return try await memory.update(id, changes: changes, timeToLive: timeToLive)
        }

        func rename(
            _ id: String,
            to newID: String,
            changes: [String: String?],
            timeToLive: Duration
        ) async throws -> Bool {
            try await wait()
            return try await memory.rename(id, to: newID, changes: changes, timeToLive: timeToLive)
        }

        func remove(_ id: String) async throws {
            try await wait()
            try await memory.remove(id)
        }
    }
}
