#if MySQL && Redis
    import Foundation
    import Martlet
    import MartletRedis
    import TestProcesses
    import Testing

    @testable import chat

    /// One room of several processes, with a real Redis and a real MariaDB.
    @Suite(.mariaDB, .serialized, .timeLimit(.minutes(5)))
    struct SharedRoomTests {
        /// A Redis that keeps what it has accepted, and a database.
        private func withPlaces(_ body: (RedisServer, MariaDB, _ log: String) async throws -> Void) async throws {
            let database = try #require(MariaDB.current)
            let name = "shared_\(UUID().uuidString.prefix(8).lowercased())"
            let pool = MySQLPool(try MySQLAddress(database.url("mysql")), size: 1)
            try await pool.use { try $0.execute("CREATE DATABASE \(name)") }
            await pool.close()
            try await RedisServer.with("--appendonly", "yes", "--appendfsync", "always") { redis in
                try await body(redis, database, database.url(name))
            }
        }

        /// Runs chats that share a room, as if each were a process.
        private func withChats(
            _ count: Int,
            _ redis: RedisServer,
            log: String,
            body: ([RunningChat]) async throws -> Void
        ) async throws {
            var chats: [RunningChat] = []
            var work: [Task<Void, any Error>] = []
            var failure: (any Error)?
            do {
                for _ in 0..<count {
                    let opened = try await RoomPlace(redis.url).open(ChatLogPlace(log, spool: ""), logger: .silent)
                    var configuration = HTTPServer.Configuration()
                    configuration.logger = .silent
                    let server = try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
                    chats.append(RunningChat(server: server, room: opened.room))
                    work.append(
                        Task {
                            try await ChatServer(room: opened.room).run(on: server)
                            await opened.close()
                        }
                    )
                }
                try await body(chats)
            } catch {
                failure = error
            }
            for chat in chats { await chat.server.close(force: true) }
            for task in work { try await task.value }
            if let failure { throw failure }
        }

        @Test func hasOneOrderForAll() async throws {
            try await withPlaces { redis, database, log in
                try await withChats(3, redis, log: log) { chats in
                    var members: [ChatClient] = []
                    for (chat, name) in zip(chats, ["Ada", "Bob", "Eve"]) {
                        members.append(try await chat.member(name))
                    }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for (index, member) in members.enumerated() {
                            group.addTask { for number in 1...10 { try await member.say("\(index).\(number) 🦅") } }
                        }
                        try await group.waitForAll()
                    }
                    let first = try await members[0].texts(30)
                    for member in members.dropFirst() { #expect(try await member.texts(30) == first) }
                    #expect(Set(first).count == 30)
                    for chat in chats {
                        let page = try await HTTPClient.shared.get("\(chat.url)/history?limit=100").json(
                            HistoryAnswer.Page.self
                        )
                        #expect(page.messages.map(\.text) == first && page.messages.map(\.sequence) == Array(1...30))
                    }
                    try await eventually("the database gets everything") {
                        try await HTTPClient.shared.get("\(chats[2].url)/status").json(ChatStatus.self).log.waiting == 0
                    }
                    let search = try await HTTPClient.shared.get("\(chats[1].url)/history?q=2.7").json(
                        HistoryAnswer.Page.self
                    )
                    #expect(search.messages.map(\.text) == ["2.7 🦅"])
                }
                // They come back with what was said.
                try await withChats(1, redis, log: log) { chats in
                    let back = try await chats[0].client()
                    #expect(try await back.join("Ada", after: 10).messages?.map(\.sequence) == Array(11...30))
                }
            }
        }

        @Test func knowsNamesAndPeopleOfAll() async throws {
            try await withPlaces { redis, database, log in
                try await withChats(2, redis, log: log) { chats in
                    let ada = try await chats[0].client()
                    try await ada.join("Ada", key: "secret")
                    let bob = try await chats[1].member("Bob")
                    while try await bob.next("changes").joined != ["Bob"] {}
                    // The name is in use elsewhere.
                    let other = try await chats[1].client()
                    try await other.send(#"{"type":"join","name":"ADA","key":"guess"}"#)
                    #expect(try await other.next("problem").code == .nameTaken)
                    try await bob.send(#"{"type":"rename","name":"ada"}"#)
                    #expect(try await bob.next("problem").code == .nameTaken)
                    // Its owner moves.
                    try await other.join("Ada", key: "secret")
                    #expect(try await ada.end() == ChatRoomState.replaced)
                    // And is still there for the others, and for those who come.
                    try await other.say("It is me")
                    #expect(try await bob.next("message").name == "Ada")
                    let eve = try await chats[0].client()
                    try await eve.send(#"{"type":"join","name":"Eve"}"#)
                    #expect(try await eve.next("people").people == ["Ada", "Bob"])
                    await other.socket.close()
                    while try await eve.next("changes").left != ["Ada"] {}
                    try await bob.send(#"{"type":"rename","name":"Ada"}"#)
                    #expect(try await bob.next("renamed").name == "Ada")
                    while try await eve.next("changes").renamed != [.init(from: "Bob", to: "Ada")] {}
                }
            }
        }

        @Test func goesOnWhenRedisAndTheDatabaseAreKilled() async throws {
            try await withPlaces { redis, database, log in
                try await withChats(2, redis, log: log) { chats in
                    let ada = try await chats[0].member("Ada")
                    let bob = try await chats[1].member("Bob")
                    var said: [String] = []
                    /// Says something until it is accepted, as the page does.
                    func say(_ text: String) async throws {
                        let id = MessageID()
                        said.append(text)
                        while true {
                            try await ada.say(text, id: id)
                            let answer = try await ada.next(oneOf: ["message", "stored", "problem"])
                            if answer.type == "problem" {
                                #expect(answer.code == .notStored)
                                try await Task.sleep(for: .milliseconds(100))
                                continue
                            }
                            return
                        }
                    }
                    try await say("1")
                    await redis.kill()
                    try await ada.say("lost")
                    #expect(try await ada.next("problem").code == .notStored)
                    try await redis.start()
                    try await say("2")
                    await database.kill()
                    for number in 3...6 { try await say("\(number)") }
                    try await database.start()
                    try await say("7")
                    #expect(try await bob.texts(7) == said)
                    try await eventually("the database gets everything") {
                        try await HTTPClient.shared.get("\(chats[1].url)/status").json(ChatStatus.self).log.waiting == 0
                    }
                    let page = try await HTTPClient.shared.get("\(chats[1].url)/history").json(HistoryAnswer.Page.self)
                    #expect(page.messages.map(\.text) == said)
                }
            }
        }
    }
#endif
