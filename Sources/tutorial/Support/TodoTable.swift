import Foundation
import GRDB
import Martlet
import ProgramSupport

/// The things to do, in an SQLite file.
final class TodoTable: Sendable {
    /// The maximum number of things to do.
    static let maximumCount = 10_000

    private let database: DatabaseQueue

    private init(_ database: DatabaseQueue) {
        self.database = database
    }

    /// Opens or creates the file.
    ///
    /// - Throws: ``StartupError``.
    static func open(_ path: String, program: String) async throws -> TodoTable {
        do {
            let database = try await offLoop {
                var configuration = Configuration()
                configuration.busyMode = .timeout(5)
                return try DatabaseQueue(path: path, configuration: configuration)
            }
            try await offLoop { try migrator.migrate(database) }
            return TodoTable(database)
        } catch {
            throw StartupError("\(program): \(path) can't be used: \(error). Choose another file with --file.")
        }
    }

    /// The migrations of the table. Never change one; add another.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("todos") { database in
            try database.create(table: "todo") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("title", .text).notNull()
                table.column("isDone", .boolean).notNull()
                table.column("due", .datetime)
                table.column("author", .text).notNull()
                table.column("version", .integer).notNull()
            }
        }
        return migrator
    }

    /// Those that a client wants to see, the newest first.
    func list(_ query: TodoQuery) async throws -> [Todo] {
        try await database.read { database in
            try Todo.fetchAll(
                database,
                sql: "SELECT * FROM todo WHERE ? IS NULL OR isDone = ? ORDER BY id DESC LIMIT ?",
                arguments: [query.done, query.done, query.limit ?? 100]
            )
        }
    }

    /// One of them.
    ///
    /// - Throws: `HTTPError` of status 404 if there is none of that number.
    func find(_ id: Int) async throws -> Todo {
        let todo = try await database.read {
            try Todo.fetchOne($0, sql: "SELECT * FROM todo WHERE id = ?", arguments: [id])
        }
        guard let todo else { throw Self.missing(id) }
        return todo
    }

    /// Adds one.
    ///
    /// - Throws: `HTTPError` of status 507 if there are too many.
    func add(_ new: NewTodo, by author: Visitor) async throws -> Todo {
        try await database.write { database in
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM todo") ?? 0
            guard count < Self.maximumCount else {
                throw HTTPError(.init(code: 507), "There is no room for more than \(Self.maximumCount) things to do.")
            }
            try database.execute(
                sql: "INSERT INTO todo (title, isDone, due, author, version) VALUES (?, FALSE, ?, ?, 1)",
                arguments: [new.title, new.due, author.name]
            )
            let id = Int(database.lastInsertedRowID)
            return Todo(id: id, title: new.title, isDone: false, due: new.due, author: author.name, version: 1)
        }
    }

    /// Changes one, unless another client has changed it meanwhile.
    ///
    /// - Throws: `HTTPError` of status 409.
    func apply(_ change: TodoChange, to todo: Todo) async throws -> Todo {
        var changed = todo
        changed.title = change.title ?? todo.title
        changed.isDone = change.isDone ?? todo.isDone
        changed.version += 1
        return try await database.write { [changed] database in
            try database.execute(
                sql: "UPDATE todo SET title = ?, isDone = ?, version = ? WHERE id = ? AND version = ?",
                arguments: [changed.title, changed.isDone, changed.version, todo.id, todo.version]
            )
            guard database.changesCount == 1 else {
                throw Self.conflict
            }
            return changed
        }
    }

    /// Removes one, unless another client has changed it meanwhile.
    ///
    /// - Throws: `HTTPError` of status 409.
    func remove(_ todo: Todo) async throws {
        try await database.write { database in
            try database.execute(
                sql: "DELETE FROM todo WHERE id = ? AND version = ?",
                arguments: [todo.id, todo.version]
            )
            guard database.changesCount == 1 else { throw Self.conflict }
        }
    }

    private static let conflict = HTTPError(.conflict, "It has just been changed. Look at it again.")

    private static func missing(_ id: Int) -> HTTPError {
        HTTPError(.notFound, "There is no thing to do with the number \(id).")
    }
}

extension Todo: FetchableRecord {}
