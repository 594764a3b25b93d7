#if MySQL
    import Foundation
    import Martlet
    import TestProcesses
    import Testing

    @testable import chat

    /// The log in a real MariaDB.
    @Suite(.mariaDB, .serialized, .timeLimit(.minutes(5)))
    struct MySQLLogTests {
        @Test func keepsTheContract() async throws {
            try await withDatabase { database in
                let log = try await database.open()
                // What is asked for is in the spool at first, then in the database, or some here and some there.
                try await checkContract(of: log)
                try await drain(log)
                #expect(try await log.messages(HistoryQuery(text: "BELA 🦊")).map(\.sequence) == [2])
                let all = try await log.messages(HistoryQuery())
                await log.close()
                #expect(try await database.rows() == all)
            }
        }

        @Test func keepsTheContractWithoutASpool() async throws {
            try await withDatabase { database in
                let log = try await database.open()
                let running = Task { await log.run() }
                try await checkContract(of: PatientLog(log: log))
                running.cancel()
                await running.value
                await log.close()
            }
        }

        @Test func losesAndDoublesNothingWhenTheDatabaseIsKilled() async throws {
            try await withDatabase { database in
                let log = try await database.open()
                var said: [String] = []
                try await withChat(log) { chat in
                    let ada = try await chat.member("Ada")
                    let bob = try await chat.member("Bob")
                    func talk(_ count: Int) async throws {
                        for _ in 0..<count {
                            let text = "\(said.count + 1) 🦅"
                            try await (said.count % 2 == 0 ? ada : bob).say(text)
                            said.append(text)
                            // Whoever talks hears it, whatever the database does.
                            #expect(try await ada.texts(1) == [text])
                            #expect(try await bob.texts(1) == [text])
                        }
                    }
                    for _ in 0..<2 {
                        try await talk(6)
                        // In the middle: some may be in the database, some in the spool, some in between.
                        await database.server.kill()
                        try await talk(6)
                        try await eventually { !log.status.isConnected && log.status.waiting >= 6 }
                        let response = try await HTTPClient.shared.get("\(chat.url)/history?before=2")
                        #expect(response.status == .serviceUnavailable)
                        try await database.server.start()
                        try await talk(6)
                        try await eventually("the database gets everything") {
                            log.status.isConnected && log.status.waiting == 0
                        }
                    }
                }
                let rows = try await database.rows()
                #expect(rows.map(\.text) == said)
                #expect(rows.map(\.sequence) == Array(1...said.count))
                #expect(Set(rows.map(\.id)).count == said.count)
            }
        }

        @Test func goesOnWhenTheChatStartsWithoutTheDatabase() async throws {
            try await withDatabase { database in
                let messages = (1...4).map { draft("\($0)") }
                let before = try await database.open()
                _ = try await before.append([messages[0]])
                try await drain(before)
                await database.server.kill()
                _ = try await before.append([messages[1]])
                await before.close()

                let log = try await database.open()
                #expect(log.status.isConnected == false)
                #expect(try await log.latest(9).map(\.sequence) == [1, 2])
                let outcomes = try await log.append([messages[1], messages[2]])
                #expect(
                    outcomes == [
                        .known(messages[1].id, sequence: 2), .stored(ChatMessage(messages[2], sequence: 3)),
                    ]
                )
                try await database.server.start()
                try await drain(log)
                await log.close()
                #expect(try await database.rows().map(\.text) == ["1", "2", "3"])
            }
        }

        @Test func knowsWhereTheRoomIsWithoutASpool() async throws {
            try await withDatabase { database in
                let first = draft("One")
                let log = try await database.open()
                _ = try await log.append([first])
                await log.close()
                #expect(try await database.rows().count == 1)
                // On another machine.
                let other = try await database.open(spool: "other")
                #expect(
                    try await other.append([first, draft("Two")]).first == .known(first.id, sequence: 1)
                )
                #expect(try await other.latest(1).map(\.sequence) == [2])
                await other.close()
            }
        }

        @Test func letsOneChatWriteToARoom() async throws {
            try await withDatabase { database in
                let log = try await database.open()
                let error = await #expect(throws: ChatLogError.self) { try await database.open(spool: "other") }
                #expect(error?.description.contains("Another chat is writing to this room") == true)
                let elsewhere = try await database.open(room: "other room", spool: "other")
                await elsewhere.close()
                await log.close()
            }
        }

        /// 100,000 messages take some seconds in a debug build.
        @Test("H2: with 100,000 messages waiting the history says no at once, or what is known, and saying goes on")
        func answersAtOnceWhileTheDatabaseIsAway() async throws {
            try await withDatabase { database in
                let before = try await database.open()
                _ = try await before.append([draft("stored")])
                try await drain(before)
                await before.close()
                let log = try await database.open()
                await database.server.kill()
                for start in stride(from: 0, to: 100_000, by: 5_000) {
                    _ = try await log.append((0..<5_000).map { draft("\(start + $0)") })
                }
                let running = Task { await log.run() }
                try await eventually { !log.status.isConnected }
                #expect(log.status.waiting == 100_000)
                let start = ContinuousClock.now
                try await withThrowingTaskGroup { group in
                    for number in 0..<60 {
                        group.addTask {
                            // What needs the database, and what does not.
                            for query in [
                                HistoryQuery(text: "\(number)"), HistoryQuery(before: 20), HistoryQuery(after: 0),
                            ] {
                                await #expect(throws: ChatLogUnavailable.self) { try await log.messages(query) }
                            }
                            let latest = try await log.messages(HistoryQuery(limit: 3))
                            #expect(latest.last.map { $0.sequence > 100_000 } == true)
                            #expect(log.status.waiting > 99_999)
                        }
                        _ = try await log.append([draft("meanwhile")])
                    }
                    try await group.waitForAll()
                }
                // To read and decode all that waits takes more than a second, each time.
                #expect(ContinuousClock.now - start < .seconds(10))
                running.cancel()
                try await database.server.start()
                await running.value
                await log.close()
            }
        }

        @Test("H4: a message whose id is not remembered any more keeps its place")
        func knowsOldIDs() async throws {
            try await withDatabase { database in
                let old = (1...40).map { draft("\($0)") }
                for round in 0..<2 {
                    let log = try await database.open(rememberedIDs: 8)
                    let running = Task { await log.run() }
                    if round == 0 {
                        for message in old { _ = try await log.append([message]) }
                        try await eventually { log.status.waiting == 0 }
                    }
                    let outcomes = try await log.append([old[0], old[39], old[7], old[0]])
                    #expect(
                        outcomes == [
                            .known(old[0].id, sequence: 1), .known(old[39].id, sequence: 40),
                            .known(old[7].id, sequence: 8), .known(old[0].id, sequence: 1),
                        ]
                    )
                    // More than one statement has parameters for.
                    let many = old + (0..<600).map { draft("new \($0)") }
                    let stored = try await log.append(round == 0 ? many : [draft("last")])
                    #expect(stored.last.map { if case .stored = $0 { true } else { false } } == true)
                    try await eventually { log.status.waiting == 0 }
                    running.cancel()
                    await running.value
                    await log.close()
                }
                let rows = try await database.rows()
                #expect(rows.map(\.sequence) == Array(1...641))
                #expect(rows.filter { $0.id == old[0].id }.map(\.sequence) == [1])
            }
        }

        @Test("H4: whatever place has been given is in the database, though it was away when an old id came again")
        func keepsPlacesThatWereGiven() async throws {
            try await withDatabase { database in
                let old = (1...20).map { draft("\($0)") }
                var log = try await database.open(rememberedIDs: 4)
                for message in old { _ = try await log.append([message]) }
                try await drain(log)
                await database.server.kill()
                let again = try await log.append([old[2], draft("new")])
                #expect(again.first == .stored(ChatMessage(old[2], sequence: 21)))
                // With the spool in between.
                await log.close()
                log = try await database.open(rememberedIDs: 4)
                #expect(try await log.append([old[2]]) == [.known(old[2].id, sequence: 21)])
                try await database.server.start()
                try await drain(log)
                await log.close()
                let rows = try await database.rows()
                #expect(rows.map(\.sequence) == Array(1...22))
                #expect(rows.map(\.text) == old.map(\.text) + ["3", "new"])
                #expect(Set(rows.map(\.id)).count == 22)
                #expect(rows[2].id == old[2].id)
                // What was inserted already is inserted again after a connection has broken: that changes nothing.
                try await database.use { try $0.insert(Array(rows.suffix(3)), in: "lobby") }
                let sent = [ChatMessage(old[2], sequence: 21)] + rows.suffix(1)
                try await database.use { try $0.insert(sent, in: "lobby") }
                #expect(try await database.rows() == rows)
                await #expect(throws: ChatLogError.self) {
                    try await database.use { try $0.insert([ChatMessage(draft("another"), sequence: 21)], in: "lobby") }
                }
            }
        }

        @Test func migratesOnce() async throws {
            try await withDatabase { database in
                let migrations = ["CREATE TABLE a (b INT)", "ALTER TABLE a ADD c INT", "INSERT INTO a VALUES (1, 2)"]
                try await database.use { connection in
                    try MySQLSchema.migrate(connection, Array(migrations.prefix(2)))
                    try connection.execute("INSERT INTO a VALUES (3, 4)")
                    for _ in 0..<2 { try MySQLSchema.migrate(connection, migrations) }
                    let rows = try connection.rows("SELECT b FROM a ORDER BY b")
                    #expect(rows == [[.text("1")], [.text("3")]])
                    let error = #expect(throws: MySQLError.self) {
                        try MySQLSchema.migrate(connection, Array(migrations.prefix(2)))
                    }
                    #expect(error?.message == "The tables are from a later version of the chat")
                }
            }
        }

        @Test func preparesStatements() async throws {
            try await withDatabase { database in
                try await database.use { connection in
                    let hostile = "'; DROP TABLE message; -- \u{0} \\ 🦅"
                    for _ in 0..<3 {
                        let rows = try connection.rows(
                            "SELECT ?, ?, ?, ?",
                            [.text(hostile), .integer(.min), .null, .text("")]
                        )
                        #expect(rows == [[.text(hostile), .text("\(Int.min)"), .null, .text("")]])
                    }
                    let error = #expect(throws: MySQLError.self) { try connection.rows("SELECT nothing") }
                    #expect(error?.code == 1054)
                    let mismatch = #expect(throws: MySQLError.self) { try connection.rows("SELECT ?", []) }
                    #expect(mismatch?.code == 2031)
                }
            }
        }

        @Test func saysWhatTheDatabaseRefuses() async throws {
            try await withDatabase { database in
                let port = database.server.port
                for (url, text) in [
                    ("mysql://nobody:wrong@127.0.0.1:\(port)/chat", "Access denied"),
                    (database.server.url("no_such_database"), "Unknown database"),
                ] {
                    let error = await #expect(throws: ChatLogError.self) {
                        try await MySQLLog.open(
                            try MySQLAddress(url),
                            room: "lobby",
                            spool: database.directory.path,
                            logger: .silent
                        )
                    }
                    #expect(error?.description.contains(text) == true)
                    #expect(error?.description.contains("wrong") == false)
                }
            }
        }
    }

    struct MySQLAddressTests {
        @Test func reads() throws {
            let address = try MySQLAddress("mysql://a%3Ab:s%2Fe%40c@db.example:3307/chat?socket=/run/s")
            #expect(address.user == "a:b")
            #expect(address.password == "s/e@c")
            #expect(address.host == "db.example")
            #expect(address.port == 3307)
            #expect(address.database == "chat")
            #expect(address.socket == "/run/s")
            #expect(try MySQLAddress("mariadb://127.0.0.1/chat").port == 3306)
        }

        @Test(arguments: [
            "mysql://", "mysql://h", "mysql://h/", "mysql://h/a/b", "mysql://h:0/a", "mysql://h/a?b=c", "mysql://h:x/a",
        ])
        func refuses(url: String) {
            #expect(throws: ChatLogError.self) { try MySQLAddress(url) }
        }

        @Test func namesDirectoriesApart() throws {
            let names = try ["mysql://a/b", "mysql://a/b-c", "mysql://a/b_c", "mysql://a:1/b"].map {
                try MySQLAddress($0).directoryName
            }
            #expect(Set(names).count == 4)
            for name in names { #expect(!name.contains("/") && !name.contains(".")) }
        }
    }

    /// A database of the suite's server, for one test.
    private struct TestDatabase {
        let server: MariaDB
        let directory: URL
        let address: MySQLAddress

        func open(
            room: String = "lobby",
            spool: String = "spool",
            rememberedIDs: Int = 100_000
        ) async throws -> MySQLLog {
            try await MySQLLog.open(
                address,
                room: room,
                spool: directory.appending(path: spool).path,
                patience: .milliseconds(300),
                rememberedIDs: rememberedIDs,
                logger: .silent
            )
        }

        /// Everything that is in the table, as another program sees it.
        func rows() async throws -> [ChatMessage] {
            try await use { try $0.messages(HistoryQuery(limit: 10_000), in: "lobby") }
        }

        func use<Result: Sendable>(
            _ body: @escaping @Sendable (MySQLConnection) throws -> Result
        ) async throws -> Result {
            let pool = MySQLPool(address, size: 1)
            do {
                let result = try await pool.use(body)
                await pool.close()
                return result
            } catch {
                await pool.close()
                throw error
            }
        }
    }

    private func withDatabase(_ body: (TestDatabase) async throws -> Void) async throws {
        let server = try #require(MariaDB.current)
        let name = "test_\(UUID().uuidString.prefix(8).lowercased())"
        try await withTemporaryDirectory { directory in
            let address = try MySQLAddress(server.url(name))
            let root = try MySQLAddress(server.url("mysql"))
            let pool = MySQLPool(root, size: 1)
            try await pool.use { try $0.execute("CREATE DATABASE \(name)") }
            await pool.close()
            try await body(TestDatabase(server: server, directory: directory, address: address))
        }
    }

    /// Brings everything to the database.
    private func drain(_ log: MySQLLog) async throws {
        let running = Task { await log.run() }
        try await eventually { log.status.waiting == 0 }
        running.cancel()
        await running.value
    }

    /// Waits with each answer until everything is in the database.
    private struct PatientLog: ChatLog {
        let log: MySQLLog

        func append(_ drafts: [ChatMessage.Draft]) async throws -> [ChatLogOutcome] {
            let outcomes = try await log.append(drafts)
            try await eventually { log.status.waiting == 0 }
            return outcomes
        }

        func messages(_ query: HistoryQuery) async throws -> [ChatMessage] { try await log.messages(query) }
        func latest(_ count: Int) async throws -> [ChatMessage] { try await log.latest(count) }
        var status: ChatLogStatus { log.status }
        func run() async { await log.run() }
        func close() async { await log.close() }
    }
#endif
