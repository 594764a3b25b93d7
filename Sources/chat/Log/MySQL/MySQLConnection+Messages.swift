#if MySQL
    /// The queries of the chat.
    extension MySQLConnection {
        /// Makes this connection the only writer of a room, as long as it is open.
        ///
        /// - Throws: ``MySQLError`` if another one is.
        func becomeWriter(of room: String) throws(MySQLError) {
            let sql = "SELECT GET_LOCK(CONCAT('chat.', MD5(CONCAT(DATABASE(), '/', ?))), 2)"
            guard try rows(sql, [.text(room)]).first?.first?.integer == 1 else {
                throw .lockHeldElsewhere
            }
        }

        /// The sequence number of a room's last message; 0 if there is none.
        func lastSequence(in room: String) throws(MySQLError) -> Int {
            let sql = "SELECT COALESCE(MAX(`sequence`), 0) FROM message WHERE room = ?"
            return try rows(sql, [.text(room)]).first?.first?.integer ?? 0
        }

        /// Inserts messages: all of them, or none. Those that already exist are unchanged.
        ///
        /// If another message has the same id but another sequence number, the message was sent twice while the table
        /// was unavailable. Its sequence number has been assigned and announced, so it is inserted with a new id.
        ///
        /// - Throws: ``MySQLError``, ``ChatLogError`` if the sequence number belongs to another message.
        func insert(_ messages: [ChatMessage], in room: String) throws {
            let taken = try transaction { () throws(MySQLError) -> ChatMessage? in
                for message in messages {
                    if try insert(message, under: message.id, in: room) { continue }
                    let there = try rows(
                        "SELECT `text` FROM message WHERE room = ? AND `sequence` = ?",
                        [.text(room), .integer(message.sequence)]
                    )
                    guard let there = there.first else {
                        _ = try insert(message, under: MessageID(), in: room)
                        continue
                    }
                    // The same text with another id is this message, inserted in an earlier attempt.
                    guard there.last == .text(message.text) else { return message }
                }
                return nil
            }
            if let taken {
                throw ChatLogError("Message \(taken.sequence) of “\(room)” differs between the database and the spool.")
            }
        }

        /// Inserts a message; returns false if its sequence number or its id is taken.
        private func insert(_ message: ChatMessage, under id: MessageID, in room: String) throws(MySQLError) -> Bool {
            let count = try run(
                """
                INSERT INTO message (room, `sequence`, id, `time`, name, `text`)
                VALUES (?, ?, ?, TIMESTAMPADD(MICROSECOND, ? * 1000, '1970-01-01'), ?, ?)
                ON DUPLICATE KEY UPDATE room = VALUES(room)
                """,
                [
                    .text(room), .integer(message.sequence), .text(id.description), .integer(message.time),
                    .text(message.name), .text(message.text),
                ]
            )
            return count > 0
        }

        /// The sequence numbers of the messages with these ids, if they exist.
        func sequences(of ids: [MessageID], in room: String) throws(MySQLError) -> [MessageID: Int] {
            guard let last = ids.last else { return [:] }
            // Few different numbers of parameters, so that few statements are prepared; the last id is repeated as
            // padding.
            let count = [1, 20, 500].first { $0 >= ids.count } ?? ids.count
            let padded = ids + Array(repeating: last, count: count - ids.count)
            let marks = Array(repeating: "?", count: count).joined(separator: ", ")
            let rows = try rows(
                "SELECT id, `sequence` FROM message WHERE room = ? AND id IN (\(marks))",
                [.text(room)] + padded.map { .text($0.description) }
            )
            return Dictionary(rows.compactMap(Self.idAndSequence)) { first, _ in first }
        }

        /// The messages that match a query, in order.
        func messages(_ query: HistoryQuery, in room: String) throws(MySQLError) -> [ChatMessage] {
            var conditions = ["room = ?"]
            var values = [Value.text(room)]
            if let before = query.before {
                conditions.append("`sequence` < ?")
                values.append(.integer(before))
            }
            if let after = query.after {
                conditions.append("`sequence` > ?")
                values.append(.integer(after))
            }
            if let text = query.text {
                conditions.append("(`text` LIKE ? ESCAPE '!' OR name LIKE ? ESCAPE '!')")
                values += [.text(Self.pattern(text)), .text(Self.pattern(text))]
            }
            values.append(.integer(query.limit))
            let rows = try rows(
                """
                SELECT `sequence`, id, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', `time`) DIV 1000, name, `text`
                FROM message WHERE \(conditions.joined(separator: " AND "))
                ORDER BY `sequence` \(query.after == nil ? "DESC" : "ASC") LIMIT ?
                """,
                values
            )
            let messages = rows.compactMap(ChatMessage.init)
            return query.after == nil ? messages.reversed() : messages
        }

        /// The ids of a room's latest messages, with their sequence numbers, in order.
        func latestIDs(_ count: Int, in room: String) throws(MySQLError) -> [(id: MessageID, sequence: Int)] {
            let sql = "SELECT id, `sequence` FROM message WHERE room = ? ORDER BY `sequence` DESC LIMIT ?"
            return try rows(sql, [.text(room), .integer(count)]).reversed().compactMap(Self.idAndSequence)
        }

        private static func idAndSequence(_ row: [Value]) -> (id: MessageID, sequence: Int)? {
            guard row.count == 2, let id = row[0].text.flatMap({ MessageID($0) }), let sequence = row[1].integer else {
                return nil
            }
            return (id, sequence)
        }

        /// The LIKE pattern for values that contain a text.
        private static func pattern(_ text: String) -> String {
            var pattern = "%"
            for character in text.unicodeScalars {
                if character == "%" || character == "_" || character == "!" { pattern += "!" }
                pattern.unicodeScalars.append(character)
            }
            return pattern + "%"
        }
    }

    extension ChatMessage {
        fileprivate init?(_ row: [MySQLConnection.Value]) {
            guard row.count == 5, let sequence = row[0].integer, let id = row[1].text.flatMap({ MessageID($0) }),
                let time = row[2].integer, let name = row[3].text, let text = row[4].text
            else { return nil }
            self.init(sequence: sequence, id: id, time: time, name: name, text: text)
        }
    }
#endif
