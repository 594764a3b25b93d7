#if MySQL
    import CMariaDB

    /// A connection to a database. Its calls block; one thread at a time may use it.
    final class MySQLConnection {
        /// A parameter or a result of a statement.
        enum Value: Sendable, Hashable {
            case integer(Int)
            case text(String)
            case null
        }

        private let handle: UnsafeMutablePointer<MYSQL>
        private var statements: [String: MySQLStatement] = [:]

        /// Opens a connection.
        ///
        /// - Throws: ``MySQLError``.
        init(_ address: MySQLAddress) throws(MySQLError) {
            Self.startLibrary
            guard let handle = mysql_init(nil) else { throw MySQLError(code: 2008, message: "Out of memory") }
            self.handle = handle
            // Timeouts, so that a database that has silently disappeared does not block later attempts.
            for (option, seconds) in [
                (MYSQL_OPT_CONNECT_TIMEOUT, 5 as CUnsignedInt), (MYSQL_OPT_READ_TIMEOUT, 15),
                (MYSQL_OPT_WRITE_TIMEOUT, 15),
            ] {
                var seconds = seconds
                mysql_options(handle, option, &seconds)
            }
            mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
            let connected = mysql_real_connect(
                handle,
                address.host,
                address.user,
                address.password,
                address.database,
                address.socket == nil ? CUnsignedInt(address.port) : 0,
                address.socket,
                0
            )
            guard connected != nil else {
                let error = failure()
                throw error
            }
            try execute(
                """
                SET SESSION time_zone = '+00:00', SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
                SESSION autocommit = 1
                """
            )
        }

        deinit {
            statements = [:]
            mysql_close(handle)
        }

        /// The library must be initialised by one thread before several may use it.
        private static let startLibrary: Void = { _ = mysql_server_init(0, nil, nil) }()

        /// Runs a statement without parameters or results.
        func execute(_ sql: String) throws(MySQLError) {
            guard mysql_real_query(handle, sql, CUnsignedLong(sql.utf8.count)) == 0 else { throw failure() }
            if let result = mysql_store_result(handle) { mysql_free_result(result) }
        }

        /// Runs a statement, which is prepared on first use.
        ///
        /// - Returns: The number of rows that it has changed.
        @discardableResult
        func run(_ sql: String, _ values: [Value]) throws(MySQLError) -> Int {
            let statement = try prepared(sql)
            try statement.execute(values)
            return statement.changedRows
        }

        /// Runs a statement that returns rows.
        func rows(_ sql: String, _ values: [Value] = []) throws(MySQLError) -> [[Value]] {
            let statement = try prepared(sql)
            try statement.execute(values)
            return try statement.rows()
        }

        /// Runs `body` in a transaction.
        func transaction<Result>(_ body: () throws(MySQLError) -> Result) throws(MySQLError) -> Result {
            try execute("START TRANSACTION")
            do {
                let result = try body()
                try execute("COMMIT")
                return result
            } catch {
                // If the connection has failed, the server rolls back itself.
                try? execute("ROLLBACK")
                throw error
            }
        }

        private func prepared(_ sql: String) throws(MySQLError) -> MySQLStatement {
            if let statement = statements[sql] { return statement }
            guard let pointer = mysql_stmt_init(handle) else { throw failure() }
            let statement = MySQLStatement(pointer)
            try statement.prepare(sql)
            statements[sql] = statement
            return statement
        }

        private func failure() -> MySQLError {
            MySQLError(code: mysql_errno(handle), message: String(cString: mysql_error(handle)))
        }
    }
#endif
