#if MySQL
    import CMariaDB

    /// What the client library or the server says about something that did not work.
    struct MySQLError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The number: from 2000 of the client library, else of the server.
        let code: UInt32
        let message: String

        var description: String { "\(message) (\(code))" }

        /// Whether the connection is of no more use: errors of the client library's, and a server that shuts down.
        var isConnectionLost: Bool { (2000..<3000).contains(code) || [1053, 1080, 1152, 1158, 1927].contains(code) }

        /// Whether the database can't be reached or asked now, while it may be later.
        var isPassing: Bool { isConnectionLost || [1040, 1205, 1213].contains(code) }
    }
#endif
