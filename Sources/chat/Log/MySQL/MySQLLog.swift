#if MySQL
    import Foundation
    import Logging
    import NIOPosix
    import Synchronization

    /// Stores messages in a MySQL or MariaDB database.
    ///
    /// Messages go to a spool on the disk first, and from there to the database as fast as it accepts them: the chat
    /// does not wait for it, and continues while it is unavailable.
    final class MySQLLog: ChatLog {
        fileprivate struct State: ~Copyable {
            var spool: Spool
            var ids: RecentIDs
            /// Whether the ids include those of all messages of the room.
            var knowsAllIDs = false
        }

        private static let batch = 500
        /// How many waiting messages are searched for a text.
        private static let searched = 2_000
        /// How long to wait before the database is tried again, at first and at most.
        private static let backOff = (first: Duration.milliseconds(100), longest: Duration.seconds(5))

        private let room: String
        private let place: String
        /// The only connection that writes to the room.
        private let writer: MySQLPool
        private let readers: MySQLPool
        /// The connection that checks whether messages are already stored.
        private let asker: MySQLPool
        /// The thread that writes to the spool.
        private let disk: NIOThreadPool
        /// The thread that reads the files of the spool, so that requests for the history do not delay messages.
        private let reading: NIOThreadPool
        /// Held while writing to the disk: only threads that may block lock it.
        private let state: Mutex<State>
        /// How many messages are waiting, for callers that must not block.
        private let waiting = Atomic(0)
        /// How many ids are remembered to recognise duplicates. Older ones are looked up in the table.
        private let rememberedIDs: Int
        private let away = Mutex(Away(pause: .seconds(1)))
        private let messagesWait = Wakeup()
        private let connected = Mutex(false)
        private let logger: Logger
        private let patience: Duration

        /// Opens a log.
        ///
        /// - Parameters:
        ///   - patience: How long to wait for the database at the start and at the end.
        ///   - rememberedIDs: How many ids are kept in memory, to recognise duplicates.
        /// - Throws: ``ChatLogError`` if the spool can't be used, if the database rejects the connection, or if it is
        ///   unavailable at the very first start: the last sequence number would be unknown.
        static func open(
            _ address: MySQLAddress,
            room: String,
            spool directory: String,
            patience: Duration = .seconds(5),
            rememberedIDs: Int = 100_000,
            logger: Logger
        ) async throws -> MySQLLog {
            let path = "\(directory)/\(address.directoryName)-\(FileName.safe(room))"
            let spool = try Spool(path)
            for damage in spool.damage {
                logger.error("The spool is damaged; its readable messages are kept", metadata: ["damage": "\(damage)"])
            }
            let log = MySQLLog(
                address,
                room: room,
                spool: spool,
                patience: patience,
                rememberedIDs: rememberedIDs,
                logger: logger
            )
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
            room: String,
            spool: consuming Spool,
            patience: Duration,
            rememberedIDs: Int,
            logger: Logger
        ) {
            self.patience = patience
            self.rememberedIDs = rememberedIDs
            self.room = room
            self.place = address.description
            self.logger = logger
            self.writer = MySQLPool(address, size: 1) { connection throws(MySQLError) in
                try connection.becomeWriter(of: room)
                try MySQLSchema.migrate(connection)
            }
            self.readers = MySQLPool(address, size: 3)
            self.asker = MySQLPool(address, size: 1)
            self.disk = NIOThreadPool(numberOfThreads: 1)
            self.reading = NIOThreadPool(numberOfThreads: 1)
            disk.start()
            reading.start()
            var spool = spool
            var ids = RecentIDs(limit: rememberedIDs)
            for message in spool.takeRecovered() { ids.add(message.id, at: message.sequence) }
            waiting.store(spool.waiting, ordering: .relaxed)
            self.state = Mutex(State(spool: spool, ids: ids))
        }

        /// Reads the last sequence number and the latest ids of the room from the database.
        private func begin() async throws {
            let deadline = ContinuousClock.now + patience
            while true {
                do {
                    let (ids, last) = try await writer.use { [room, rememberedIDs] connection in
                        (
                            // One more shows whether there are more.
                            try connection.latestIDs(rememberedIDs + 1, in: room),
                            try connection.lastSequence(in: room)
                        )
                    }
                    connected.withLock { $0 = true }
                    return try withState { state in
                        try state.spool.begin(after: last)
                        var all = RecentIDs(limit: rememberedIDs)
                        for (id, sequence) in ids { all.add(id, at: sequence) }
                        for message in try state.spool.messages(after: 0) { all.add(message.id, at: message.sequence) }
                        state.ids = all
                        state.knowsAllIDs = ids.count <= rememberedIDs
                    }
                } catch let error as MySQLError {
                    guard error.isPassing else { throw ChatLogError("The database \(place) can't be used: \(error)") }
                    if ContinuousClock.now < deadline {
                        try await Task.sleep(for: .milliseconds(250))
                        continue
                    }
                    guard state.withLock({ $0.spool.last }) > 0 else {
                        throw ChatLogError("The database \(place) can't be reached: \(error)")
                    }
                    away.withLock { $0.failed(at: .now) }
                    return logger.warning(
                        "The database is unavailable; messages wait in the spool",
                        metadata: ["database": "\(place)", "error": "\(error)"]
                    )
                }
            }
        }

        /// Calls `body` with the state, on a thread that may block.
        private func withState<Result: Sendable>(_ body: (inout State) throws -> sending Result) throws -> Result {
            try state.withLock { state in
                defer { waiting.store(state.spool.waiting, ordering: .relaxed) }
                return try body(&state)
            }
        }

        // MARK: Writing

        func append(_ drafts: [ChatMessage.Draft]) async throws -> [ChatLogOutcome] {
            let unknown = try await disk.runIfActive { try self.withState { $0.unknownIDs(of: drafts) } }
            let older = unknown.isEmpty ? [:] : await places(of: unknown)
            let outcomes = try await disk.runIfActive {
                try self.withState { try $0.append(drafts, older: older) }
            }
            messagesWait.signal()
            return outcomes
        }

        /// The sequence numbers of the messages with these ids in the table, if it answers soon. While it is
        /// unavailable, a message whose id is too old to be remembered counts as new; it gets a new id when it is
        /// inserted.
        private func places(of ids: [MessageID]) async -> [MessageID: Int] {
            guard away.withLock({ $0.mayAsk(at: .now) }) else { return [:] }
            let places = await asker.sequences(of: ids, in: room)
            away.withLock { if places == nil { $0.failed(at: .now) } else { $0.answered() } }
            return places ?? [:]
        }

        func run() async {
            var pause = Self.backOff.first
            messagesWait.signal()
            while await messagesWait.next() {
                while !Task.isCancelled {
                    do {
                        guard try await storeBatch() else { break }
                        pause = Self.backOff.first
                    } catch {
                        guard !Task.isCancelled else { return }
                        report(error)
                        // Jitter, so that several chats do not retry at the same time.
                        try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
                        pause = min(pause * 2, Self.backOff.longest)
                    }
                }
            }
        }

        /// Moves messages from the spool to the database; returns false if none are waiting.
        private func storeBatch() async throws -> Bool {
            let messages = try await disk.runIfActive {
                try self.withState { try $0.spool.next(Self.batch) }
            }
            guard let last = messages.last else { return false }
            try await writer.use { [room] in try $0.insert(messages, in: room) }
            try await disk.runIfActive {
                try self.withState { try $0.spool.markStored(upTo: last.sequence) }
            }
            away.withLock { $0.answered() }
            let isBack = connected.withLock { connected in
                defer { connected = true }
                return !connected
            }
            if isBack { logger.notice("The database is back", metadata: ["database": "\(place)"]) }
            return true
        }

        private func report(_ error: any Error) {
            away.withLock { $0.failed(at: .now) }
            let wasConnected = connected.withLock { connected in
                defer { connected = false }
                return connected
            }
            // Once for each outage, not once for each attempt.
            logger.log(
                level: wasConnected ? .error : .debug,
                "The database does not accept messages; they wait in the spool",
                metadata: ["database": "\(place)", "error": "\(error)"]
            )
        }

        func close() async {
            let deadline = ContinuousClock.now + patience
            // One attempt: messages that it does not accept stay in the spool until the next start.
            while ContinuousClock.now < deadline, (try? await storeBatch()) == true {}
            await release()
        }

        private func release() async {
            await writer.close()
            await readers.close()
            await asker.close()
            try? await reading.shutdownGracefully()
            try? await disk.shutdownGracefully()
            state.withLock { $0.spool.end() }
        }

        var status: ChatLogStatus {
            ChatLogStatus(
                kind: "MySQL",
                isConnected: connected.withLock { $0 },
                waiting: waiting.load(ordering: .relaxed)
            )
        }

        // MARK: Reading

        func messages(_ query: HistoryQuery) async throws -> [ChatMessage] {
            // Waiting messages are read first, and from the database only those that were stored by then, so that none
            // is returned twice.
            let (found, stored) = try await fromSpool { files in
                guard files.needsDatabase(for: query), !self.away.withLock({ $0.mayAsk(at: .now) }) else {
                    return (try files.waiting(for: query, searched: Self.searched), files.stored)
                }
                throw ChatLogUnavailable()
            }
            if query.after == nil, found.count >= query.limit { return found.suffix(query.limit) }
            var rest = query
            rest.before = min(query.before ?? .max, stored + 1)
            if query.after == nil { rest.limit -= found.count }
            if query.after ?? 0 >= stored { return Array(found.prefix(query.limit)) }
            let older: [ChatMessage]
            do {
                older = try await readers.use { [room, rest] in try $0.messages(rest, in: room) }
                away.withLock { $0.answered() }
            } catch let error as MySQLError where error.isPassing {
                away.withLock { $0.failed(at: .now) }
                throw ChatLogUnavailable()
            }
            return query.after == nil ? older + found : Array((older + found).prefix(query.limit))
        }

        func latest(_ count: Int) async throws -> [ChatMessage] {
            do {
                return try await messages(HistoryQuery(limit: count))
            } catch is ChatLogUnavailable {
                return try await fromSpool { try $0.messages(after: max(0, $0.last - count)) }
            }
        }

        /// Reads the spool's files in their current state.
        private func fromSpool<Result: Sendable>(
            _ body: @escaping @Sendable (SpoolFiles) throws -> Result
        ) async throws -> Result {
            try await reading.runIfActive {
                for _ in 0..<3 {
                    do {
                        return try body(try self.withState { $0.spool.files })
                    } catch is SpoolFiles.Removed {
                        // The messages of the file have just been stored.
                    }
                }
                throw ChatLogUnavailable()
            }
        }
    }

    extension MySQLLog.State {
        /// The ids that have to be looked up in the table.
        fileprivate func unknownIDs(of drafts: [ChatMessage.Draft]) -> [MessageID] {
            if knowsAllIDs && !ids.hasForgotten { return [] }
            return drafts.map(\.id).filter { ids[$0] == nil }
        }

        /// Assigns sequence numbers to new messages, and appends them to the spool.
        ///
        /// - Parameter older: The sequence numbers of messages that are in the table and not remembered.
        fileprivate mutating func append(
            _ drafts: [ChatMessage.Draft],
            older: [MessageID: Int]
        ) throws -> [ChatLogOutcome] {
            var messages: [ChatMessage] = []
            var places: [MessageID: Int] = [:]
            let outcomes = drafts.map { draft in
                if let sequence = ids[draft.id] ?? places[draft.id] ?? older[draft.id] {
                    return ChatLogOutcome.known(draft.id, sequence: sequence)
                }
                let message = ChatMessage(draft, sequence: spool.last + messages.count + 1)
                messages.append(message)
                places[draft.id] = message.sequence
                return .stored(message)
            }
            try spool.append(messages)
            for message in messages { ids.add(message.id, at: message.sequence) }
            return outcomes
        }
    }
#endif
