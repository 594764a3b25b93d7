#if MySQL
    /// The tables, and their migrations.
    enum MySQLSchema {
        /// The migrations, each a statement. Never change one; add another.
        static let migrations = [
            """
            CREATE TABLE message (
                room VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
                `sequence` BIGINT UNSIGNED NOT NULL,
                id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                `time` DATETIME(3) NOT NULL COMMENT 'UTC',
                name VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL,
                `text` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL,
                PRIMARY KEY (room, `sequence`),
                UNIQUE KEY (room, id)
            ) ENGINE = InnoDB
            """
        ]

        /// Brings the tables up to date.
        ///
        /// - Throws: ``MySQLError``.
        static func migrate(_ connection: MySQLConnection, _ migrations: [String] = migrations) throws(MySQLError) {
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS chat_schema (version INT NOT NULL PRIMARY KEY) ENGINE = InnoDB"
            )
            // If two chats start at the same time on an empty database, one of them waits.
            _ = try connection.rows("SELECT GET_LOCK(CONCAT('chat-schema.', MD5(DATABASE())), 30)")
            defer { _ = try? connection.rows("SELECT RELEASE_LOCK(CONCAT('chat-schema.', MD5(DATABASE())))") }
            let version =
                try connection.rows("SELECT COALESCE(MAX(version), 0) FROM chat_schema").first?.first?.integer ?? 0
            guard version <= migrations.count else {
                throw MySQLError(code: 0, message: "The tables are from a later version of the chat")
            }
            for (number, statement) in zip(1..., migrations) where number > version {
                try connection.execute(statement)
                try connection.run("INSERT INTO chat_schema (version) VALUES (?)", [.integer(number)])
            }
        }
    }

    extension MySQLConnection.Value {
        /// The number. Columns of results arrive as text.
        var integer: Int? {
            switch self {
            case .integer(let number): number
            case .text(let text): Int(text)
            case .null: nil
            }
        }

        var text: String? {
            if case .text(let text) = self { text } else { nil }
        }
    }
#endif
