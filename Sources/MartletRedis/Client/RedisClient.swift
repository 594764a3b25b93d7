#if Redis
    import Logging
    import Martlet
    import NIOCore
    import NIOPosix
    import Synchronization

    /// A client of Redis 6.2 and later, and of Valkey.
    ///
    /// ```swift
    /// let redis = try await RedisClient.connect("redis://:secret@10.0.0.5:6379/0")
    /// try await redis.call("SET", "greeting", "hello", "EX", 60)
    /// let greeting = try await redis.call("GET", "greeting").string
    /// await redis.close()
    /// ```
    ///
    /// Commands go over a few connections, each with a thread of its own; no event loop ever waits for Redis. Those that wait
    /// are sent together. Every command has a deadline, and the task that waits can be cancelled; a command that was sent by
    /// then may still be carried out. Connections that are lost are made anew, after pauses that grow to 2 seconds. Commands
    /// wait for that, up to their deadline; once Redis has been away for ``Configuration/patience``, they fail at once.
    /// Commands are never sent twice: ``RedisError/mayHaveBeenCarriedOut`` says where it is not known how one went.
    ///
    /// Don't call commands that block (`BLPOP`, `XREAD` with `BLOCK`), that change the connection (`SELECT`, `MULTI`,
    /// `WATCH`) or that have other replies than one (`SUBSCRIBE`, `MONITOR`): connections are shared. Scripts do in one step
    /// what transactions do.
    public final class RedisClient: Sendable {
        /// The settings that the client was created with.
        public let configuration: Configuration
        private let links: [RedisLink]
        private let threads: NIOThreadPool
        /// The threads that look up names and connect, which takes as long as it takes.
        private let connecting: NIOThreadPool
        private let turn = Atomic<Int>(0)
        private let isClosed = Mutex(false)

        /// A client that connects in the background. ``check()`` tells whether that goes well.
        ///
        /// - Throws: ``RedisError`` of kind `configuration` for a number or a time that is less than it must be.
        public init(configuration: Configuration) throws(RedisError) {
            try configuration.validate()
            self.configuration = configuration
            let count = configuration.connectionCount
            let connecting = NIOThreadPool(numberOfThreads: count)
            var links: [RedisLink] = []
            for _ in 0..<count { links.append(try RedisLink(configuration, connecting: connecting)) }
            self.links = links
            self.connecting = connecting
            threads = NIOThreadPool(numberOfThreads: count)
            threads.start()
            connecting.start()
            for link in links { threads.submit { _ in link.run() } }
        }

        /// Connects to a server, and checks that it can be used.
        ///
        /// - Parameter url: `redis://user:password@host:port/number` or `unix:///path?db=number`; see
        ///   ``Configuration/init(url:)``.
        /// - Throws: ``RedisError``, which says what to do; `CancellationError`.
        public static func connect(_ url: String) async throws -> RedisClient {
            try await connect(Configuration(url: url))
        }

        /// Connects to a server, and checks that it can be used.
        ///
        /// - Throws: ``RedisError``, which says what to do; `CancellationError`.
        public static func connect(_ configuration: Configuration) async throws -> RedisClient {
            let client = try RedisClient(configuration: configuration)
            do {
                try await client.check()
            } catch {
                await client.close()
                throw error
            }
            return client
        }

        deinit {
            // No caller waits.
            if end(force: true) { threads.shutdownGracefully { _ in } }
        }

        // MARK: Commands

        /// Checks that Redis can be reached, that it takes the password and knows the database, and that it is recent
        /// enough; as for a `HealthCheck`.
        ///
        /// - Throws: ``RedisError``, `CancellationError`.
        public func check() async throws {
            try await call("PING")
        }

        /// Sends a command, and waits for its reply.
        ///
        /// - Parameters:
        ///   - arguments: The name of the command, and its arguments.
        ///   - deadline: How long the call takes at most; ``Configuration/deadline`` by default.
        /// - Returns: The reply. An error of Redis is thrown.
        /// - Throws: ``RedisError``; `CancellationError` as soon as the task is cancelled.
        @discardableResult
        public func call(_ arguments: [RedisArgument], deadline: Duration? = nil) async throws -> RedisValue {
            try await call(arguments, until: end(after: deadline))
        }

        /// Sends a command, and waits for its reply; the same as ``call(_:deadline:)``.
        @discardableResult
        public func call(_ arguments: RedisArgument...) async throws -> RedisValue {
            try await call(arguments)
        }

        /// Runs a script. It is sent by its digest, and as a whole where Redis does not know it yet.
        ///
        /// - Parameters:
        ///   - script: The script.
        ///   - keys: The keys that it uses, `KEYS` in the script.
        ///   - arguments: Its arguments, `ARGV` in the script.
        ///   - deadline: How long the call takes at most; ``Configuration/deadline`` by default.
        /// - Throws: ``RedisError``; `CancellationError` as soon as the task is cancelled.
        @discardableResult
        public func run(
            _ script: RedisScript,
            keys: [RedisArgument] = [],
            _ arguments: [RedisArgument] = [],
            deadline: Duration? = nil
        ) async throws -> RedisValue {
            let end = end(after: deadline)
            let rest = [RedisArgument(keys.count)] + keys + arguments
            do {
                return try await call(["EVALSHA", RedisArgument(script.digest)] + rest, until: end)
            } catch let error as RedisError where error.kind == .server && error.description.hasPrefix("NOSCRIPT") {
                return try await call(["EVAL", RedisArgument(script.source)] + rest, until: end)
            }
        }

        private func call(_ arguments: [RedisArgument], until deadline: NIODeadline) async throws -> RedisValue {
            guard !arguments.isEmpty else { throw RedisError(.configuration, "A command must have a name.") }
            var bytes = ByteBuffer()
            bytes.writeRedisCommand(arguments)
            let reply = try await nextLink.call(bytes, until: deadline)
            if case .error(let text) = reply { throw RedisError(replied: text) }
            return reply
        }

        private func end(after deadline: Duration?) -> NIODeadline {
            .now() + TimeAmount(min(max(deadline ?? configuration.deadline, .zero), .seconds(86_400)))
        }

        /// The next one in turn, of those that are connected if there are any.
        private var nextLink: RedisLink {
            let first = turn.wrappingAdd(1, ordering: .relaxed).newValue
            for offset in 0..<links.count {
                let link = links[Int(UInt(bitPattern: first &+ offset) % UInt(links.count))]
                if link.isConnected { return link }
            }
            return links[Int(UInt(bitPattern: first) % UInt(links.count))]
        }

        // MARK: Closing

        /// Closes the client: waits for the replies to commands that have been called, at most until their deadlines, and
        /// ends the connections and the threads. Later calls fail.
        ///
        /// - Parameter force: Whether commands that wait fail at once. False by default.
        public func close(force: Bool = false) async {
            guard end(force: force) else { return }
            try? await threads.shutdownGracefully()
        }

        /// Returns whether the client was open.
        private func end(force: Bool) -> Bool {
            for link in links { link.close(force: force) }
            let wasOpen = isClosed.withLock { isClosed in
                defer { isClosed = true }
                return !isClosed
            }
            guard wasOpen else { return false }
            // Not waited for: a look-up of a name can't be ended.
            connecting.shutdownGracefully { _ in }
            return true
        }
    }

    extension RedisClient.Configuration {
        fileprivate func validate() throws(RedisError) {
            func require(_ condition: Bool, _ name: String, _ rule: String) throws(RedisError) {
                guard condition else { throw RedisError(.configuration, "The setting \(name) must be \(rule).") }
            }
            try require((1...64).contains(connectionCount), "connectionCount", "from 1 to 64")
            try require(database >= 0, "database", "0 or more")
            for (time, name) in [(deadline, "deadline"), (connectionTimeout, "connectionTimeout")] {
                try require(time > .zero && time <= .seconds(86_400), name, "more than zero, and at most a day")
            }
            try require(patience >= .zero && patience <= .seconds(86_400), "patience", "from zero to a day")
            try require(maximumWaitingCount > 0, "maximumWaitingCount", "1 or more")
            try require(maximumWaitingBytes > 0, "maximumWaitingBytes", "1 or more")
            try require(maximumReplyBytes > 0, "maximumReplyBytes", "1 or more")
            try require(maximumReplyElements > 0, "maximumReplyElements", "1 or more")
        }
    }
#endif
