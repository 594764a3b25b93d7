#if Redis
    import HTTPWire
    import Martlet

    /// Stores sessions in Redis, where several servers share them.
    ///
    /// ```swift
    /// let redis = try await RedisClient.connect("redis://10.0.0.5")
    /// configuration.sessions.store = RedisSessionStore(redis)
    /// ```
    ///
    /// A session that is changed on one machine is seen by the next request on another. Every operation is one script, which
    /// Redis carries out in one piece: changes of different keys at the same time all survive, and a session that was
    /// destroyed, renamed or has expired never comes back. It expires by itself when it was not used for the server's
    /// `sessionTimeout`.
    ///
    /// A session is a hash whose name is made of the SHA-256 of its id, so that a copy of the database, its log of slow
    /// commands and `MONITOR` show no id that could be sent as a cookie. The values are stored as they are. Actions for
    /// `HTTPSession.onTimeout(_:)` are not called.
    ///
    /// While Redis is away, requests that have a session or begin one are answered 503 with `Retry-After`; see
    /// ``WhileAway``. A Redis that keeps its data in memory only loses the sessions when it restarts; set `appendonly yes`
    /// to keep them.
    public struct RedisSessionStore: SessionStore {
        /// How requests go on while Redis is away.
        public enum WhileAway: Sendable, Hashable {
            /// The request is answered 503: its session could not be read.
            case refuse
            /// The request has no session: its client is logged out for the time being, and keeps its cookie. Changes are
            /// lost, and no new cookie is sent. Ending a session, as by logging out, is answered 503 all the same.
            case goOnWithoutSession
        }

        private let redis: RedisClient
        private let prefix: String
        private let whileAway: WhileAway

        /// Creates a store.
        ///
        /// - Parameters:
        ///   - redis: The client. It can be used for other things too, and is closed by its owner.
        ///   - prefix: The beginning of the keys, for several sites that share a database. `session:` by default.
        ///   - whileAway: How requests go on while Redis is away. They are refused by default.
        public init(_ redis: RedisClient, prefix: String = "session:", whileAway: WhileAway = .refuse) {
            self.redis = redis
            self.prefix = prefix
            self.whileAway = whileAway
        }

        /// The values of a session; nil if it does not exist or has expired.
        ///
        /// - Throws: ``RedisError``.
        public func load(_ id: String, timeToLive: Duration) async throws -> [String: String]? {
            let reply: RedisValue
            do {
                reply = try await redis.run(SessionScripts.load, keys: [key(id)], [Self.milliseconds(timeToLive)])
            } catch let error as RedisError where goesOn(after: error) {
                return nil
            }
            if reply == .null { return nil }
            guard let pairs = reply.pairs else { throw Self.unexpected }
            var values: [String: String] = [:]
            for (field, value) in pairs {
                guard let field = field.string, let value = value.string else { throw Self.unexpected }
                // The field without a prefix is the mark.
                if field.utf8.first == UInt8(ascii: "v") { values[String(field.dropFirst())] = value }
            }
            return values
        }

        /// Creates a session.
        ///
        /// - Throws: ``RedisError``; `SessionNotStored` if the request is to go on without one.
        public func create(_ id: String, values: [String: String], timeToLive: Duration) async throws {
            let fields = values.flatMap { [Self.field($0.key), RedisArgument($0.value)] }
            do {
                try await redis.run(SessionScripts.create, keys: [key(id)], [Self.milliseconds(timeToLive)] + fields)
            } catch let error as RedisError where goesOn(after: error) {
                throw SessionNotStored()
            }
        }

        /// Changes the values of an existing session, all at once.
        ///
        /// - Throws: ``RedisError``.
        @discardableResult
        public func update(_ id: String, changes: [String: String?], timeToLive: Duration) async throws -> Bool {
            try await change(keys: [key(id)], changes, timeToLive)
        }

        /// Gives an existing session another id, and changes its values.
        ///
        /// - Throws: ``RedisError``.
        @discardableResult
        public func rename(
            _ id: String,
            to newID: String,
            changes: [String: String?],
            timeToLive: Duration
        ) async throws -> Bool {
            try await change(keys: [key(id), key(newID)], changes, timeToLive)
        }

        /// Removes a session.
        ///
        /// - Throws: ``RedisError``, also where requests go on without sessions: the session may still be there.
        public func remove(_ id: String) async throws {
            try await redis.call("UNLINK", key(id))
        }

        private func change(
            keys: [RedisArgument],
            _ changes: [String: String?],
            _ timeToLive: Duration
        ) async throws -> Bool {
            var sets: [RedisArgument] = []
            var removals: [RedisArgument] = []
            for (key, value) in changes {
                if let value {
                    sets += [Self.field(key), RedisArgument(value)]
                } else {
                    removals.append(Self.field(key))
                }
            }
            let arguments = [Self.milliseconds(timeToLive), RedisArgument(sets.count)] + sets + removals
            do {
                return try await redis.run(SessionScripts.change, keys: keys, arguments).integer == 1
            } catch let error as RedisError where goesOn(after: error) {
                return false
            }
        }

        private func goesOn(after error: RedisError) -> Bool {
            whileAway == .goOnWithoutSession && (error.isPassing || error.kind == .refused)
        }

        private func key(_ id: String) -> RedisArgument {
            RedisArgument(prefix + SHA256.hash(id).hexadecimal)
        }

        private static func field(_ key: String) -> RedisArgument { RedisArgument("v" + key) }

        /// A time as Redis takes it: at least one, since none would remove the key, and at most a hundred years.
        private static func milliseconds(_ time: Duration) -> RedisArgument {
            RedisArgument(Int(min(max(time / .milliseconds(1), 1), 3.2e12)))
        }

        private static let unexpected = RedisError(
            .invalidReply,
            "A session in Redis is not as it was stored. Check that nothing else uses keys with this prefix."
        )
    }
#endif
