import Foundation
import Logging
import Martlet

/// The place where messages are stored, as given on the command line.
struct ChatLogPlace: Sendable {
    private let text: String
    private let spool: String

    /// - Parameters:
    ///   - text: An SQLite file, or `mysql://user:password@host:port/database`.
    ///   - spool: The directory for messages that wait for MySQL.
    init(_ text: String, spool: String) {
        self.text = text
        self.spool = spool
    }

    #if MySQL
        /// The database for a room that several processes share.
        ///
        /// - Throws: ``ChatLogError`` if the place is none.
        var shared: MySQLAddress {
            get throws {
                guard text.hasPrefix("mysql://") || text.hasPrefix("mariadb://") else {
                    throw ChatLogError("A room that several chats share needs a database for its log: --log mysql://…")
                }
                return try MySQLAddress(text)
            }
        }
    #endif

    /// Opens the log of a room.
    ///
    /// - Throws: ``ChatLogError``.
    func open(room: String, logger: Logger) async throws -> any ChatLog {
        guard let end = text.range(of: "://") else { return try await SQLiteLog.open(text, room: room) }
        switch text[..<end.lowerBound] {
        case "mysql", "mariadb":
            #if MySQL
                let address = try MySQLAddress(text)
                return try await MySQLLog.open(address, room: room, spool: spool, logger: logger)
            #else
                throw ChatLogError(
                    "This chat was built without MySQL. Build it with `swift build --product chat --traits MySQL`."
                )
            #endif
        case let scheme:
            throw ChatLogError("Messages can't be stored at \(scheme)://. Use an SQLite file, or mysql://.")
        }
    }
}
