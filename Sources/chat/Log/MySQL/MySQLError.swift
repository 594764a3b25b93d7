#if MySQL
    import CMariaDB

    /// What the client library or the server says about something that did not work.
    struct MySQLError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The number: from 2000 of the client library, else of the server.
        let code: UInt32
        let message: String

        /// Whether it says that a message is stored already, or that its place is taken.
        var isDuplicate: Bool { code == 1062 }

        var description: String { "\(message) (\(code))" }
    }
#endif
