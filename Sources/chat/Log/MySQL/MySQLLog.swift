#if MySQL
    import Foundation
    import Logging
    import NIOPosix
    import Synchronization

    /// Keeps messages in a database of MySQL's or MariaDB's.
    ///
    /// Messages go to a spool on the disk first, and from there to the database as fast as it takes them: the chat does not
    /// wait for it, and goes on when it is away.
    final class MySQLLog: ChatLog {
        fileprivate struct State: ~Copyable {
            var spool: Spool
            var ids: RecentIDs
        }

        /// How many ids are remembered to know messages that are sent twice. Older ones are known by the table's key.
        private static let rememberedIDs = 100_000
        private static let batch = 500
        /// How long to wait before the database is tried again.
        private static let backOff = (first: Duration.milliseconds(100), longest: Duration.seconds(5))

        private let room: String
        private let place: String
        /// The one connection that writes to the room.
        private let writer: MySQLPool
        private let readers: MySQLPool
        /// The thread that waits for the disk.
        private let disk: NIOThreadPool
        private let state: Mutex<State>
        private let messagesWait = Wakeup()
        private let connected = Mutex(false)
        private let logger: Logger
        private let patience: Duration

        /// Opens the log.
        ///
        /// - Parameter patience: How long to wait for the database at the start and at the end.
        /// - Throws: ``ChatLogError`` when the spool can't be used, the database refuses, or can't be reached at the very
        ///   first start: nobody would know the last place then.
        static func open(
            _ address: MySQLAddress,
            room: String,
            spool directory: String,
            patience: Duration = .seconds(5),
            logger: Logger
        ) async throws -> MySQLLog {
            let path = "\(directory)/\(address.directoryName)-\(FileName.safe(room))"
            let log = try MySQLLog(address, room: room, spool: Spool(path), patience: patience, logger: logger)
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
            logger: Logger
        ) {
            self.patience = patience
            self.room = room
            self.place = address.description
            self.logger = logger
            self.writer = MySQLPool(address, size: 1) { connection throws(MySQLError) in
                try connection.becomeWriter(of: room)
                try MySQLSchema.migrate(connection)
            }
            self.readers = MySQLPool(address, size: 3)
            self.disk = NIOThreadPool(numberOfThreads: 1)
            disk.start()
            var spool = spool
            var ids = RecentIDs(limit: Self.rememberedIDs)
            for message in spool.takeRecovered() { ids.add(message.id, at: message.sequence) }
            self.state = Mutex(State(spool: spool, ids: ids))
        }

        /// Learns from the database where the room is.
        private func begin() async throws {
            let deadline = ContinuousClock.now + patience
            while true {
                do {
                    let (ids, last) = try await writer.use { [room] connection in
                        (
                            try connection.latestIDs(Self.rememberedIDs, in: room),
                            try connection.lastSequence(in: room)
                        )
                    }
                    connected.withLock { $0 = true }
                    return try state.withLock { state in
                        try state.spool.begin(after: last)
                        var all = RecentIDs(limit: Self.rememberedIDs)
                        for (id, sequence) in ids { all.add(id, at: sequence) }
                        for message in try state.spool.messages(after: 0) { all.add(message.id, at: message.sequence) }
                        state.ids = all
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
                    return logger.warning(
                        "The database is away; messages wait in the spool",
                        metadata: ["database": "\(place)", "error": "\(error)"]
                    )
                }
            }
        }

        // MARK: Writing

        func append(_ drafts: [ChatMessage.Draft]) async throws -> [ChatLogOutcome] {
            let outcomes = try await disk.runIfActive {
                try self.state.withLock { try $0.append(drafts) }
            }
            messagesWait.signal()
            return outcomes
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
                        // Not all chats at the same time.
                        try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
                        pause = min(pause * 2, Self.backOff.longest)
                    }
                }
            }
        }

        /// Brings messages from the spool to the database; false if none wait.
        private func storeBatch() async throws -> Bool {
            let messages = try await disk.runIfActive {
                try self.state.withLock { try $0.spool.next(Self.batch) }
            }
            guard let last = messages.last else { return false }
            try await writer.use { [room] in try $0.insert(messages, in: room) }
            try await disk.runIfActive {
                try self.state.withLock { try $0.spool.markStored(upTo: last.sequence) }
            }
            let isBack = connected.withLock { connected in
                defer { connected = true }
                return !connected
            }
            if isBack { logger.notice("The database is back", metadata: ["database": "\(place)"]) }
            return true
        }

        private func report(_ error: any Error) {
            let wasConnected = connected.withLock { connected in
                defer { connected = false }
                return connected
            }
            // Once for each time that it goes, not once for each try.
            logger.log(
                level: wasConnected ? .error : .debug,
                "The database does not take messages; they wait in the spool",
                metadata: ["database": "\(place)", "error": "\(error)"]
            )
        }

        func close() async {
            let deadline = ContinuousClock.now + patience
            // One try: what it does not take is in the spool, and goes there at the next start.
            while ContinuousClock.now < deadline, (try? await storeBatch()) == true {}
            await release()
        }

        private func release() async {
            await writer.close()
            await readers.close()
            try? await disk.shutdownGracefully()
            state.withLock { $0.spool.end() }
        }

        var status: ChatLogStatus {
            ChatLogStatus(
                kind: "MySQL",
                isConnected: connected.withLock { $0 },
                waiting: state.withLock { $0.spool.waiting }
            )
        }

        // MARK: Reading

        func messages(_ query: HistoryQuery) async throws -> [ChatMessage] {
            // What waits is read first, and of the database only what was stored by then: so nothing comes twice.
            let (waiting, stored) = try await disk.runIfActive {
                try self.state.withLock { state in
                    let stored = state.spool.stored
                    return (state.spool.waiting > 0 ? try state.spool.messages(after: stored) : [], stored)
                }
            }
            let found = waiting.filter(query.includes)
            if query.after == nil, found.count >= query.limit { return found.suffix(query.limit) }
            var rest = query
            rest.before = min(query.before ?? .max, stored + 1)
            if query.after == nil { rest.limit -= found.count }
            let older: [ChatMessage]
            do {
                older = try await readers.use { [room, rest] in try $0.messages(rest, in: room) }
            } catch let error as MySQLError where error.isPassing {
                throw ChatLogUnavailable()
            }
            return query.after == nil ? older + found : Array((older + found).prefix(query.limit))
        }

        func latest(_ count: Int) async throws -> [ChatMessage] {
            do {
                return try await messages(HistoryQuery(limit: count))
            } catch is ChatLogUnavailable {
                return try await disk.runIfActive {
                    try self.state.withLock { try $0.spool.messages(after: 0).suffix(count) }
                }
            }
        }
    }

    extension MySQLLog.State {
        /// Gives new messages their places, and puts them into the spool.
        fileprivate mutating func append(_ drafts: [ChatMessage.Draft]) throws -> [ChatLogOutcome] {
            var messages: [ChatMessage] = []
            var places: [MessageID: Int] = [:]
            let outcomes = drafts.map { draft in
                if let sequence = ids[draft.id] ?? places[draft.id] {
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

    extension HistoryQuery {
        /// Whether a message is one of those that are asked for.
        fileprivate func includes(_ message: ChatMessage) -> Bool {
            if let before, message.sequence >= before { return false }
            if let after, message.sequence <= after { return false }
            guard let text else { return true }
            return "\(message.name)\n\(message.text)".foldedForSearch.contains(text.foldedForSearch)
        }
    }
#endif
