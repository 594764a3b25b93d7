#if Redis
    import Foundation
    import Logging
    import MartletRedis
    import NIOCore
    import Synchronization

    /// Carries the events of a room between the processes that share it, by streams of Redis, and tells which processes
    /// are alive.
    final class SharedRoom: Broadcaster {
        /// How long the names of a process are its own after it has said so for the last time.
        static let lease = Duration.seconds(10)
        /// How often a process says that it is alive.
        private static let renewal = Duration.seconds(2)
        /// How long to wait before something is tried again.
        private static let pause = Duration.milliseconds(250)

        let names: SharedNames
        private let log: any ChatLog
        private let messages: RedisBroadcaster
        private let people: RedisBroadcaster
        private let logger: Logger
        private let tasks = Mutex<[Task<Void, Never>]>([])

        /// - Parameter log: The log that the room's messages are appended to, by which they get into the stream.
        /// - Throws: ``RedisError``.
        init(redis: RedisClient, room: String, log: any ChatLog, logger: Logger) throws {
            let keys = SharedRoomKeys(room: room)
            self.log = log
            self.logger = logger
            messages = try RedisBroadcaster(redis, stream: keys.messages)
            people = try RedisBroadcaster(redis, stream: keys.people)
            names = SharedNames(redis: redis, keys: keys, process: UUID().uuidString)
        }

        // MARK: Publishing

        /// Publishes changes of people. Messages are published by the log.
        func publish(_ event: RoomEvent) async throws {
            guard case .people(let changes) = event else { return }
            // Twice does no harm.
            try await publish(PeopleNews(changes: changes), within: Self.lease)
        }

        private func publish(_ news: PeopleNews, within limit: Duration) async throws {
            let json = String(decoding: try JSONEncoder().encode(news), as: UTF8.self)
            let deadline = ContinuousClock.now + limit
            while true {
                do {
                    try await people.publish(json)
                    return
                } catch let error as RedisError where error.isPassing && ContinuousClock.now < deadline {
                    try await Task.sleep(for: Self.pause)
                }
            }
        }

        // MARK: Receiving

        func subscribe(after place: Int, _ receive: @escaping @Sendable (RoomEvent) -> Void) async throws {
            _ = try await names.renew(Self.lease, removesOthers: false)
            let (last, everyone) = try await names.everyone()
            receive(.everyone(everyone))
            tasks.withLock { tasks in
                tasks.append(Task { await self.names.run() })
                tasks.append(Task { await self.stayAlive(receive) })
                tasks.append(Task { await self.readMessages(after: place, receive) })
                tasks.append(Task { await self.readPeople(after: last, receive) })
            }
        }

        private func readMessages(after place: Int, _ receive: @Sendable (RoomEvent) -> Void) async {
            var place = place
            while !Task.isCancelled {
                do {
                    for try await event in messages.messages(
                        after: RedisStreamID(milliseconds: UInt64(place), number: 0)
                    ) {
                        switch event {
                        case .message(let message):
                            let message = try ChatMessage(message)
                            receive(.messages([message]))
                            place = message.sequence
                        case .gap(let id):
                            place = try await catchUp(after: place, to: Int(id.milliseconds), receive)
                        }
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("The messages in Redis can't be read", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: Self.pause)
                }
            }
        }

        /// Brings messages that are in the database only.
        private func catchUp(after place: Int, to end: Int, _ receive: @Sendable (RoomEvent) -> Void) async throws
            -> Int
        {
            var place = place
            while place < end {
                do {
                    let query = HistoryQuery(after: place, limit: HistoryQuery.maximumLimit)
                    let found = try await log.messages(query)
                    guard let last = found.last?.sequence else { return end }
                    receive(.messages(found))
                    place = last
                } catch is ChatLogUnavailable {
                    try await Task.sleep(for: Self.pause)
                }
            }
            return place
        }

        private func readPeople(after id: RedisStreamID, _ receive: @Sendable (RoomEvent) -> Void) async {
            var id = id
            while !Task.isCancelled {
                do {
                    for try await event in people.messages(after: id) {
                        switch event {
                        case .message(let message):
                            id = message.id
                            let data = Data(message.content.readableBytesView)
                            try await handle(try JSONDecoder().decode(PeopleNews.self, from: data), receive)
                        case .gap:
                            let (last, everyone) = try await names.everyone()
                            receive(.everyone(everyone))
                            id = max(id, last)
                        }
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("The changes of people in Redis can't be read", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: Self.pause)
                }
            }
        }

        private func handle(_ news: PeopleNews, _ receive: @Sendable (RoomEvent) -> Void) async throws {
            if let changes = news.changes { receive(.people(changes)) }
            if let name = news.replaced, news.owner == names.process { receive(.replaced(name)) }
            if news.mustReload == true { receive(.everyone(try await names.everyone().names)) }
        }

        // MARK: Being alive

        private func stayAlive(_ receive: @Sendable (RoomEvent) -> Void) async {
            // Only a process that has been heard of all the time may call others dead: when Redis comes back, they have
            // to have the time to say that they are not.
            var (renewals, wasAway) = (0, false)
            let enough = Int(Self.lease / Self.renewal) + 1
            while !Task.isCancelled {
                do {
                    let isKnown = try await names.renew(Self.lease, removesOthers: renewals >= enough)
                    renewals += 1
                    if !isKnown { receive(.forgotten) }
                    // Changes that could not be published are to be seen in the names.
                    if wasAway { try await publish(PeopleNews(mustReload: true), within: .zero) }
                    wasAway = false
                } catch {
                    (renewals, wasAway) = (0, true)
                }
                try? await Task.sleep(for: Self.renewal)
            }
        }

        /// Leaves the room with all people of this process.
        func close() async {
            let tasks = tasks.withLock { tasks in
                defer { tasks = [] }
                return tasks
            }
            for task in tasks { task.cancel() }
            names.finish()
            for task in tasks { await task.value }
            try? await names.depart()
        }
    }

    /// An entry of the stream of people.
    struct PeopleNews: Codable, Sendable {
        var changes: PeopleChanges?
        /// The key of a name whose owner has moved to another process.
        var replaced: String?
        /// The process that has lost it.
        var owner: String?
        /// Whether all names have to be read anew.
        var mustReload: Bool?
    }
#endif
