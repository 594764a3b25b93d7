#if Redis && MySQL
    import Foundation
    import Logging
    import MartletRedis
    import NIOCore
    import Synchronization

    /// The messages of a room that several processes share: in a stream of Redis, which gives them their order, and from
    /// there in a MySQL or MariaDB database.
    ///
    /// A message is stored once Redis has it, which has to write to its disk before it answers. One process at a time, the
    /// one that holds the database's lock for the room, moves messages on; when it dies, the next one goes on. So messages
    /// are accepted while the database is away, as long as no more than ``waitingMessages`` wait for it.
    final class SharedLog: ChatLog {
        /// How many messages may wait for the database.
        static let waitingMessages = 100_000
        /// How many of the messages in the database stay in Redis too: for the history, and to recognise duplicates.
        private static let kept = 10_000
        private static let batch = 500
        /// How many messages that wait for the database are searched for a text.
        private static let searched = 2_000
        /// How often to look for messages for the database, and whether this process may write to it.
        private static let pause = Duration.milliseconds(500)

        private let room: String
        private let redis: RedisClient
        private let keys: SharedRoomKeys
        private let messages: RedisBroadcaster
        /// The connection of the process that may write to the room.
        private let writer: MySQLPool
        private let readers: MySQLPool
        private let place: String
        private let patience: Duration
        private let logger: Logger
        private let counts: Mutex<Counts>
        private let away = Mutex(Away(pause: .seconds(1)))

        private struct Counts {
            var last = 0
            var stored = 0
            var isConnected = false
        }

        /// Opens the log of a room.
        ///
        /// - Parameter patience: How long to wait for the database at the start and at the end.
        /// - Throws: ``ChatLogError`` if Redis or the database refuse, or are away.
        static func open(
            _ address: MySQLAddress,
            redis: RedisClient,
            room: String,
            patience: Duration = .seconds(5),
            logger: Logger
        ) async throws -> SharedLog {
            let log: SharedLog
            do {
                log = try SharedLog(address, redis: redis, room: room, patience: patience, logger: logger)
                try await log.checkDurability()
            } catch let error as RedisError {
                throw ChatLogError("The room can't be shared by Redis: \(error)")
            }
            do {
                try await log.begin()
            } catch {
                await log.release()
                throw error
            }
            return log
        }

        private init(
            _ address: MySQLAddress,
            redis: RedisClient,
            room: String,
            patience: Duration,
            logger: Logger
        ) throws(RedisError) {
            self.room = room
            self.redis = redis
            self.patience = patience
            self.logger = logger
            self.place = address.description
            self.keys = SharedRoomKeys(room: room)
            self.messages = try RedisBroadcaster(redis, stream: keys.messages)
            self.counts = Mutex(Counts())
            self.readers = MySQLPool(address, size: 3)
            self.writer = MySQLPool(address, size: 1) { connection throws(MySQLError) in
                try connection.becomeWriter(of: room)
                try MySQLSchema.migrate(connection)
            }
        }

        /// Warns of a Redis that would lose accepted messages if its machine failed.
        private func checkDurability() async throws {
            try await redis.check()
            // Some providers forbid this command, and promise it in other ways.
            guard let reply = try? await redis.call("CONFIG", "GET", "append*"), let pairs = reply.pairs else { return }
            let settings = Dictionary(pairs.map { ($0.key.string, $0.value.string) }) { first, _ in first }
            guard settings["appendonly"] != "yes" || settings["appendfsync"] != "always" else { return }
            logger.warning(
                "Redis may lose messages that it has accepted. Give it the settings 'appendonly yes' and 'appendfsync always'."
            )
        }

        private func begin() async throws {
            let deadline = ContinuousClock.now + patience
            while true {
                do {
                    // The first process makes the tables.
                    _ = try? await writer.use { _ in }
                    return try await agree()
                } catch let error as MySQLError where error.isPassing || error.isUnknownTable {
                    guard ContinuousClock.now < deadline else {
                        // Redis may know it, from other processes.
                        guard let counts = try? await readCounts(), counts.last > 0 else {
                            throw ChatLogError("The database \(place) can't be reached: \(error)")
                        }
                        return logger.warning(
                            "The database is unavailable; messages wait in Redis",
                            metadata: ["database": "\(place)", "error": "\(error)"]
                        )
                    }
                    try await Task.sleep(for: .milliseconds(250))
                } catch let error as MySQLError {
                    throw ChatLogError("The database \(place) can't be used: \(error)")
                } catch let error as RedisError {
                    throw ChatLogError("The room can't be shared by Redis: \(error)")
                }
            }
        }

        /// Makes sure that Redis knows the room's last sequence number.
        private func agree() async throws {
            let last = try await readers.use { [room] in try $0.lastSequence(in: room) }
            let seen = max(last, counts.withLock { $0.last })
            let reply = try await redis.run(
                SharedLogScripts.begin,
                keys: [RedisArgument(keys.state)],
                [RedisArgument(seen)]
            )
            note(reply)
            counts.withLock { $0.isConnected = true }
        }

        private func readCounts() async throws -> (last: Int, stored: Int) {
            note(try await redis.call("HMGET", RedisArgument(keys.state), "last", "stored"))
            return counts.withLock { ($0.last, $0.stored) }
        }

        private func note(_ reply: RedisValue) {
            guard let numbers = reply.array, numbers.count == 2 else { return }
            counts.withLock { counts in
                counts.last = max(counts.last, numbers[0].integer ?? 0)
                counts.stored = max(counts.stored, numbers[1].integer ?? 0)
            }
        }

        /// The keys of the scripts that append and remove messages.
        private var scriptKeys: [RedisArgument] { [keys.messages, keys.ids, keys.state].map { RedisArgument($0) } }

        // MARK: Appending

        func append(_ drafts: [ChatMessage.Draft]) async throws -> [ChatLogOutcome] {
            let older = await olderPlaces(of: drafts.map(\.id))
            let new = drafts.filter { older[$0.id] == nil }
            var places: [MessageID: Int] = [:]
            if !new.isEmpty {
                var arguments = [RedisArgument(Self.waitingMessages)]
                let encoder = JSONEncoder()
                for draft in new {
                    arguments.append(RedisArgument(draft.id.description))
                    arguments.append(RedisArgument(ByteBuffer(bytes: try encoder.encode(draft))))
                }
                let answers = try await append(arguments)
                guard answers.count == new.count else { throw ChatLogError("Redis has answered something else.") }
                for (draft, place) in zip(new, answers) where places[draft.id] == nil { places[draft.id] = place }
                guard !answers.contains(0) else { throw ChatLogError("Too many messages wait for the database.") }
            }
            return try drafts.map { draft in
                if let place = older[draft.id] { return .known(draft.id, sequence: place) }
                guard let place = places[draft.id] else { throw ChatLogError("A message has got no place.") }
                if place < 0 { return .known(draft.id, sequence: -place) }
                counts.withLock { $0.last = max($0.last, place) }
                return .stored(ChatMessage(draft, sequence: place))
            }
        }

        private func append(_ arguments: [RedisArgument]) async throws -> [Int] {
            for _ in 0..<2 {
                let reply = try await redis.run(SharedLogScripts.append, keys: scriptKeys, arguments)
                if let answers = reply.array { return answers.map { $0.integer ?? 0 } }
                // Redis has lost what it knew.
                try await agree()
            }
            throw ChatLogError("Redis does not keep the room's last sequence number.")
        }

        /// The sequence numbers of messages that are no longer in Redis, if the database says so soon.
        private func olderPlaces(of ids: [MessageID]) async -> [MessageID: Int] {
            guard counts.withLock({ $0.stored > Self.kept }), away.withLock({ $0.mayAsk(at: .now) }) else { return [:] }
            let places = await readers.sequences(of: ids, in: room)
            away.withLock { if places == nil { $0.failed(at: .now) } else { $0.answered() } }
            return places ?? [:]
        }

        // MARK: Moving messages to the database

        func run() async {
            while !Task.isCancelled {
                do {
                    while try await storeBatch(), !Task.isCancelled {}
                } catch let error as MySQLError where error == .lockHeldElsewhere {
                    // Another process moves the messages, and notes how far it has come.
                    if (try? await readCounts()) != nil { counts.withLock { $0.isConnected = true } }
                } catch {
                    report(error)
                }
                try? await Task.sleep(for: Self.pause)
            }
        }

        /// Moves messages from Redis to the database; returns false if none are waiting.
        private func storeBatch() async throws -> Bool {
            // Held as long as the connection is open. Others wait for it in vain.
            let stored = try await writer.use { [room] in try $0.lastSequence(in: room) }
            let isBack = counts.withLock { counts in
                defer { (counts.isConnected, counts.stored) = (true, max(counts.stored, stored)) }
                return !counts.isConnected
            }
            if isBack { logger.notice("The database is back", metadata: ["database": "\(place)"]) }
            away.withLock { $0.answered() }
            let waiting = try await read(after: stored, limit: Self.batch)
            if !waiting.isEmpty { try await writer.use { [room] in try $0.insert(waiting, in: room) } }
            let last = waiting.last?.sequence ?? stored
            let reply = try await redis.run(
                SharedLogScripts.stored,
                keys: scriptKeys,
                [RedisArgument(last), RedisArgument(Self.kept)]
            )
            counts.withLock { $0.stored = max($0.stored, last) }
            return !waiting.isEmpty || reply.integer ?? 0 > 0
        }

        private func report(_ error: any Error) {
            guard error is MySQLError else {
                return logger.debug("Messages can't be moved to the database", metadata: ["error": "\(error)"])
            }
            away.withLock { $0.failed(at: .now) }
            let wasConnected = counts.withLock { counts in
                defer { counts.isConnected = false }
                return counts.isConnected
            }
            // Once for each outage, not once for each attempt.
            logger.log(
                level: wasConnected ? .error : .debug,
                "The database does not accept messages; they wait in Redis",
                metadata: ["database": "\(place)", "error": "\(error)"]
            )
        }

        func close() async {
            let deadline = ContinuousClock.now + patience
            // One attempt: what is left is for the other processes, or for the next start.
            while ContinuousClock.now < deadline, (try? await storeBatch()) == true {}
            await release()
        }

        private func release() async {
            await writer.close()
            await readers.close()
        }

        var status: ChatLogStatus {
            let counts = counts.withLock { $0 }
            return ChatLogStatus(
                kind: "Redis and MySQL",
                isConnected: counts.isConnected,
                waiting: max(0, counts.last - counts.stored)
            )
        }

        // MARK: Reading

        /// The messages in Redis after a sequence number, in order.
        func read(after place: Int, limit: Int) async throws -> [ChatMessage] {
            let reply = try await redis.call(
                "XRANGE",
                RedisArgument(keys.messages),
                RedisArgument("(\(place)-0"),
                "+",
                "COUNT",
                RedisArgument(limit)
            )
            return try reply.chatMessages
        }

        /// The messages in Redis before a sequence number, in order: the last ones of them.
        private func read(before place: Int?, limit: Int) async throws -> [ChatMessage] {
            let end = place.map { "(\($0)-0" } ?? "+"
            let reply = try await redis.call(
                "XREVRANGE",
                RedisArgument(keys.messages),
                RedisArgument(end),
                "-",
                "COUNT",
                RedisArgument(limit)
            )
            return try reply.chatMessages.reversed()
        }

        func messages(_ query: HistoryQuery) async throws -> [ChatMessage] {
            do {
                return query.text == nil ? try await page(query) : try await search(query)
            } catch is RedisError {
                throw ChatLogUnavailable()
            } catch let error as MySQLError where error.isPassing {
                away.withLock { $0.failed(at: .now) }
                throw ChatLogUnavailable()
            }
        }

        private func page(_ query: HistoryQuery) async throws -> [ChatMessage] {
            guard let after = query.after else {
                let found = try await read(before: query.before, limit: query.limit)
                guard found.count < query.limit, found.first?.sequence != 1, query.before ?? 2 > 1 else { return found }
                guard try await !isEmpty(found, query) else { return [] }
                var rest = query
                rest.before = found.first?.sequence ?? query.before
                rest.limit -= found.count
                return try await fromDatabase(rest) + found
            }
            let found = try await read(after: after, limit: query.limit).filter { $0.sequence < query.before ?? .max }
            if let first = found.first, first.sequence == after + 1 { return found }
            guard try await readCounts().last > after else { return [] }
            var rest = query
            rest.before = min(query.before ?? .max, found.first?.sequence ?? .max)
            return Array((try await fromDatabase(rest) + found).prefix(query.limit))
        }

        /// Whether the room has no message at all.
        private func isEmpty(_ found: [ChatMessage], _ query: HistoryQuery) async throws -> Bool {
            if !found.isEmpty { return false }
            return try await readCounts().last == 0
        }

        private func search(_ query: HistoryQuery) async throws -> [ChatMessage] {
            let (last, stored) = try await readCounts()
            let start = max(stored, query.after ?? 0)
            guard last - start <= Self.searched else { throw ChatLogUnavailable() }
            let text = query.text?.foldedForSearch ?? ""
            let waiting = last > start ? try await read(after: start, limit: Self.searched) : []
            let found = waiting.filter { message in
                message.sequence < query.before ?? .max
                    && "\(message.name)\n\(message.text)".foldedForSearch.contains(text)
            }
            var rest = query
            rest.before = min(query.before ?? .max, stored + 1)
            if query.after == nil {
                if found.count >= query.limit { return found.suffix(query.limit) }
                rest.limit -= found.count
                return try await fromDatabase(rest) + found
            }
            return Array((try await fromDatabase(rest) + found).prefix(query.limit))
        }

        private func fromDatabase(_ query: HistoryQuery) async throws -> [ChatMessage] {
            guard away.withLock({ $0.mayAsk(at: .now) }) else { throw ChatLogUnavailable() }
            defer { away.withLock { $0.answered() } }
            return try await readers.use { [room] in try $0.messages(query, in: room) }
        }

        func latest(_ count: Int) async throws -> [ChatMessage] {
            do {
                return try await messages(HistoryQuery(limit: count))
            } catch is ChatLogUnavailable {
                return try await read(before: nil, limit: count)
            }
        }
    }

    extension RedisValue {
        /// The messages of an array of entries of the room's stream.
        fileprivate var chatMessages: [ChatMessage] {
            get throws { try messages.map { try ChatMessage($0) } }
        }
    }
#endif
