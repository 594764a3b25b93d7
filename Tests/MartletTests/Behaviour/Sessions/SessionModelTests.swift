import HTTPWire
import TestProcesses
import Testing

@testable import Martlet

/// Requests of the same sessions at the same time, in every order that chance finds, against a model that has no races.
@Suite("S5: a session that is over stays over")
struct SessionModelTests {
    private static let timeToLive = Duration.seconds(600)

    @Test("renewID() in a request that has loaded the session does not revive one that another has destroyed")
    func renewal() async throws {
        let store = MemorySessionStore()
        let manager = Self.manager(store)
        let id = String(repeating: "a", count: 32)
        try await store.create(id, values: ["user": "Ada"], timeToLive: Self.timeToLive)
        let cookies = [try Cookie(name: "MARTLETSESSID", value: id)]
        let one = try #require(try await manager.existingSession(for: cookies))
        let other = try #require(try await manager.existingSession(for: cookies))
        one.destroy()
        #expect(try await manager.commit(one, canAnnounce: true, isSecure: false)?.maxAge == 0)
        other["late"] = "x"
        other.renewID()
        // Nothing either: the client may have begun another session meanwhile.
        #expect(try await manager.commit(other, canAnnounce: true, isSecure: false) == nil)
        #expect(store.count == 0)
        #expect(other.isDestroyed)
    }

    @Test("over a server: B has loaded it and waits, A destroys it, B renews its id", arguments: ["renew", "set"])
    func requests(action: String) async throws {
        let store = MemorySessionStore()
        let arrived = Events<Void>()
        let proceed = Events<Void>()
        let id = String(repeating: "a", count: 32)
        try await store.create(id, values: ["user": "Ada"], timeToLive: Self.timeToLive)
        try await withServer(.bare.with { $0.sessions.store = store }) { request in
            let session = try await request.session
            if request.target == "/destroy" { return session.destroy() }
            arrived.add()
            try await proceed.next()
            if action == "renew" { session.renewID() } else { session["late"] = "x" }
        } test: { server in
            let waiting = try await server.connect()
            waiting.send(get("/wait", "Cookie: MARTLETSESSID=\(id)"))
            try await arrived.next()
            _ = try await server.response(to: get("/destroy", "Cookie: MARTLETSESSID=\(id)"))
            proceed.add()
            let response = try await waiting.response()
            #expect(response.status == 200)
            #expect(response["Set-Cookie"] == nil)
            #expect(store.count == 0)
        }
    }

    @Test("M4: a request makes the store look up few ids, however many it has")
    func candidates() async throws {
        let store = MemorySessionStore()
        let ids = (0..<9).map { String(repeating: "\($0)", count: 32) }
        for id in ids { try await store.create(id, values: [:], timeToLive: Self.timeToLive) }
        let none = String(repeating: "f", count: 32)
        for (count, isFound) in [(0, true), (3, true), (4, false), (1_000, false)] {
            let cookies = try (Array(repeating: none, count: count) + ids).map {
                try Cookie(name: "MARTLETSESSID", value: $0)
            }
            #expect(try await (Self.manager(store).existingSession(for: cookies) != nil) == isFound)
        }
    }

    /// What sessions are, without stores and requests: one for each id that works.
    private struct Model {
        struct Known {
            var number: Int
            var values: [String: String]
        }
        var live: [String: Known] = [:]
        /// The sessions that are over.
        var over: Set<Int> = []
    }

    /// A request that has asked for its session.
    private struct Open {
        var session: HTTPSession
        /// The id that the store knows it by, as far as this request knows; nil for one that is not stored.
        var storedID: String?
        var changes: [String: String?] = [:]
        var isDestroyed = false
    }

    @Test("in random schedules", arguments: 0..<20)
    func schedules(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed + 1))
        let store = MemorySessionStore()
        let manager = Self.manager(store)
        var model = Model()
        var open: [Open] = []
        var ids: [String] = []
        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                let id = ids.randomElement(using: &random)
                let cookies = try id.map { [try Cookie(name: "MARTLETSESSID", value: $0)] } ?? []
                let session = try await manager.existingSession(for: cookies) ?? manager.newSession()
                let known = id.flatMap { model.live[$0] }
                #expect(session.isNew == (known == nil))
                if let known { #expect(session["a"] == known.values["a"] && session["b"] == known.values["b"]) }
                open.append(Open(session: session, storedID: known == nil ? nil : id))
            case 3, 4:
                guard let index = open.indices.randomElement(using: &random) else { continue }
                let key = Bool.random(using: &random) ? "a" : "b"
                let value = Bool.random(using: &random) ? "\(Int.random(in: 0..<9, using: &random))" : nil
                open[index].session[key] = value
                open[index].changes[key] = .some(value)
            case 5:
                open.indices.randomElement(using: &random).map { open[$0].session.renewID() }
            case 6:
                guard let index = open.indices.randomElement(using: &random) else { continue }
                open[index].session.destroy()
                open[index].isDestroyed = true
            default:
                guard let index = open.indices.randomElement(using: &random) else { continue }
                try await commit(
                    &open[index],
                    manager,
                    &model,
                    &ids,
                    canAnnounce: Int.random(in: 0..<4, using: &random) > 0
                )
                if Bool.random(using: &random) { open.remove(at: index) }
            }
            #expect(store.count == model.live.count)
        }
        for id in ids {
            #expect(try await store.load(id, timeToLive: Self.timeToLive) == model.live[id]?.values)
        }
    }

    /// Commits in the product and in the model, and compares what the client is told.
    private func commit(
        _ request: inout Open,
        _ manager: SessionManager,
        _ model: inout Model,
        _ ids: inout [String],
        canAnnounce: Bool
    ) async throws {
        let cookie = try await manager.commit(request.session, canAnnounce: canAnnounce, isSecure: false)
        let id = request.session.id
        let known = request.storedID.flatMap { model.live[$0] }
        if request.isDestroyed {
            if let old = request.storedID { model.live[old] = nil }
            if cookie != nil { #expect(cookie?.maxAge == 0) }
            request.storedID = nil
            return
        }
        if let old = request.storedID {
            guard var known else {
                // It is over, unless this request does not touch it.
                #expect(cookie == nil)
                return
            }
            let isRenewed = canAnnounce && id != old
            for (key, value) in request.changes { known.values[key] = value }
            model.live[old] = nil
            model.live[isRenewed ? id : old] = known
            #expect(cookie?.value == (isRenewed ? id : nil))
            if isRenewed {
                ids.append(id)
                request.storedID = id
            }
        } else if canAnnounce, request.session.isNew == false, cookie?.value == id {
            model.live[id] = Model.Known(number: ids.count, values: request.changes.compactMapValues { $0 })
            ids.append(id)
            request.storedID = id
        } else {
            #expect(cookie == nil)
            return
        }
        request.changes = [:]
    }

    private static func manager(_ store: MemorySessionStore) -> SessionManager {
        var configuration = HTTPSession.Configuration()
        configuration.store = store
        return SessionManager(configuration: configuration, timeToLive: timeToLive)
    }
}
