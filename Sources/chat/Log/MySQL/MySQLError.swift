#if MySQL
    import CMariaDB

    /// An error of the client library or the server.
    struct MySQLError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The error number; those of the client library begin at 2000.
        let code: UInt32
        let message: String

        var description: String { "\(message) (\(code))" }

        /// Whether the connection can no longer be used: for errors of the client library, and if the server shuts
        /// down.
        var isConnectionLost: Bool { (2000..<3000).contains(code) || [1053, 1080, 1152, 1158, 1927].contains(code) }

        /// Whether the database is temporarily unavailable.
        var isPassing: Bool { isConnectionLost || [1040, 1205, 1213].contains(code) }

        /// Whether the table has not been made yet.
        var isUnknownTable: Bool { code == 1146 }

        /// Another connection writes to the room.
        static let lockHeldElsewhere = MySQLError(code: 1205, message: "Another chat is writing to this room")
    }
#endif
