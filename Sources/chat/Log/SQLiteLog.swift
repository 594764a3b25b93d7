import Foundation
import GRDB

/// Stores messages in an SQLite file.
///
/// Other programs can read the file while the chat runs; only one chat may write to it.
final class SQLiteLog: ChatLog {
    private let database: DatabasePool
    private let room: String

    /// Opens or creates the file.
    ///
    /// - Throws: ``ChatLogError`` if it is not a database, or can't be written.
    static func open(_ path: String, room: String) async throws -> SQLiteLog {
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.maximumReaderCount = 4
            let database = try DatabasePool(path: path, configuration: configuration)
            // A stored message has reached the disk, not only the system's cache.
            try await database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try migrator.migrate(database)
            return SQLiteLog(database, room: room)
        } catch {
            throw ChatLogError("The log \(path) can't be used: \(error)")
        }
    }

    private init(_ database: DatabasePool, room: String) {
        self.database = database
        self.room = room
    }

    /// The migrations of the tables. Never change one; add another.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("messages") { database in
            try database.create(table: "message") { table in
                table.column("room", .text).notNull()
                table.column("sequence", .integer).notNull()
                table.column("id", .text).notNull()
                table.column("time", .datetime).notNull()
                table.column("name", .text).notNull()
                table.column("text", .text).notNull()
                // Name and text as searches compare them, since SQLite ignores the case of ASCII only.
                table.column("folded", .text).notNull()
                table.primaryKey(["room", "sequence"])
                table.uniqueKey(["room", "id"])
            }
        }
        return migrator
    }

    func append(_ drafts: [ChatMessage.Draft]) async throws -> [ChatLogOutcome] {
        try await database.write { [room] database in
            var last =
                try Int.fetchOne(
                    database,
                    sql: "SELECT max(sequence) FROM message WHERE room = ?",
                    arguments: [room]
                ) ?? 0
            let known = try database.cachedStatement(sql: "SELECT sequence FROM message WHERE room = ? AND id = ?")
            let insert = try database.cachedStatement(
                sql: "INSERT INTO message (room, sequence, id, time, name, text, folded) VALUES (?, ?, ?, ?, ?, ?, ?)"
            )
            return try drafts.map { draft in
                if let sequence = try Int.fetchOne(known, arguments: [room, draft.id.description]) {
                    return .known(draft.id, sequence: sequence)
                }
                last += 1
                try insert.execute(
                    arguments: [
                        room, last, draft.id.description, Date(milliseconds: draft.time), draft.name, draft.text,
                        "\(draft.name)\n\(draft.text)".foldedForSearch,
                    ]
                )
                return .stored(ChatMessage(draft, sequence: last))
            }
        }
    }

    func messages(_ query: HistoryQuery) async throws -> [ChatMessage] {
        var conditions = ["room = ?"]
        var arguments: StatementArguments = [room]
        if let before = query.before {
            conditions.append("sequence < ?")
            arguments += [before]
        }
        if let after = query.after {
            conditions.append("sequence > ?")
            arguments += [after]
        }
        if let text = query.text {
            conditions.append("instr(folded, ?) > 0")
            arguments += [text.foldedForSearch]
        }
        let order = query.after == nil ? "DESC" : "ASC"
        arguments += [query.limit]
        let sql = """
            SELECT sequence, id, time, name, text FROM message WHERE \(conditions.joined(separator: " AND "))
            ORDER BY sequence \(order) LIMIT ?
            """
        let messages = try await database.read { [arguments] database in
            try Row.fetchAll(database, sql: sql, arguments: arguments).map(ChatMessage.init)
        }
        return query.after == nil ? messages.reversed() : messages
    }

    func latest(_ count: Int) async throws -> [ChatMessage] {
        try await messages(HistoryQuery(limit: count))
    }

    var status: ChatLogStatus { ChatLogStatus(kind: "SQLite", isConnected: true, waiting: 0) }

    func run() async {}

    func close() async {
        try? database.close()
    }
}

extension ChatMessage {
    fileprivate init(_ row: Row) throws {
        let time: Date = row["time"]
        let text: String = row["id"]
        guard let id = MessageID(text) else { throw ChatLogError("The log has a message with the id \(text).") }
        self.init(
            sequence: row["sequence"],
            id: id,
            time: time.milliseconds,
            name: row["name"],
            text: row["text"]
        )
    }
}

extension Date {
    init(milliseconds: Int) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }

    var milliseconds: Int { Int((timeIntervalSince1970 * 1_000).rounded()) }
}
