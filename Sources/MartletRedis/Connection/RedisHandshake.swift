#if Redis
    import CLibrary
    import NIOCore

    /// The first commands on a connection: they log in, choose the database, and ask for the version.
    ///
    /// A plain value: it makes the commands, and judges the replies.
    struct RedisHandshake {
        /// A command, and what its reply must be.
        enum Step: Hashable {
            case logIn
            case select
            case version
        }

        private let configuration: RedisClient.Configuration
        let steps: [Step]

        init(_ configuration: RedisClient.Configuration) {
            self.configuration = configuration
            var steps: [Step] = []
            if configuration.password != nil || configuration.username != nil { steps.append(.logIn) }
            if configuration.database != 0 { steps.append(.select) }
            self.steps = steps + [.version]
        }

        /// The commands, which are sent at once.
        var bytes: ByteBuffer {
            var bytes = ByteBuffer()
            for step in steps {
                switch step {
                case .logIn:
                    let user = configuration.username.map { [RedisArgument($0)] } ?? []
                    bytes.writeRedisCommand(["AUTH"] + user + [RedisArgument(configuration.password ?? "")])
                case .select:
                    bytes.writeRedisCommand(["SELECT", RedisArgument(configuration.database)])
                case .version:
                    // Without an argument it stays with RESP 2.
                    bytes.writeRedisCommand(["HELLO"])
                }
            }
            return bytes
        }

        /// Judges a reply.
        ///
        /// - Throws: ``RedisError``, which says what to do.
        func check(_ reply: RedisValue, to step: Step) throws(RedisError) {
            switch step {
            case .logIn, .select:
                if case .simpleString("OK") = reply { return }
            case .version:
                if let version = Self.version(in: reply) {
                    guard Self.isRecent(version) else { throw Self.tooOld("Redis \(version.prefix(32))") }
                    return
                }
            }
            guard case .error(let text) = reply else {
                throw RedisError(.invalidReply, "The server's first reply is not that of Redis. Check host and port.")
            }
            throw Self.refusal(of: step, text, configuration)
        }

        private static func refusal(
            of step: Step,
            _ text: String,
            _ configuration: RedisClient.Configuration
        ) -> RedisError {
            let code = text.prefix { $0 != " " }
            switch (step, code) {
            case (_, "ERR") where text.contains("max number of clients"):
                return RedisError(.unavailable, "Redis has as many clients as it takes; raise its setting maxclients.")
            case (_, "NOAUTH"):
                return RedisError(
                    .refused,
                    "Redis asks for a password; write redis://:password@host or user:password@host."
                )
            case (.logIn, "WRONGPASS"):
                return RedisError(.refused, "Redis refuses the password, or the user. Check both.")
            case (.logIn, "ERR"):
                return RedisError(
                    .refused,
                    "Redis has no password for this user; leave it out, or set one: requirepass."
                )
            case (.select, "ERR"):
                return RedisError(
                    .refused,
                    "Redis has no database \(configuration.database). Choose another number, or raise its setting databases."
                )
            case (.version, "ERR") where text.contains("unknown command"):
                return tooOld("this server")
            case (_, "NOPERM"):
                return RedisError(.refused, "Redis does not allow this user \(step == .select ? "SELECT" : "HELLO").")
            case (_, "DENIED"):
                return RedisError(
                    .refused,
                    "Redis is in protected mode: set a password, or bind it to a private address."
                )
            default:
                return RedisError(.unavailable, "Redis refuses the connection: \(code.prefix(32)).")
            }
        }

        private static func tooOld(_ server: String) -> RedisError {
            RedisError(.refused, "Redis 6.2 or later is needed, or Valkey; \(server) is older.")
        }

        /// The version in the reply to HELLO.
        private static func version(in reply: RedisValue) -> String? {
            reply.pairs?.first { $0.key.string == "version" }?.value.string
        }

        private static func isRecent(_ version: String) -> Bool {
            let numbers = version.split(separator: ".", maxSplits: 2).prefix(2).map { Int($0) ?? 0 }
            guard numbers.count == 2 else { return false }
            return (numbers[0], numbers[1]) >= (6, 2)
        }

        /// Runs on a thread that may block.
        func run(over socket: RedisSocket) throws(RedisError) {
            let deadline = NIODeadline.now() + TimeAmount(configuration.connectionTimeout)
            var output = bytes
            var remaining = steps[...]
            while let step = remaining.first {
                _ = try socket.send(&output)
                var events = CInt(POLLIN)
                if output.readableBytes > 0 { events |= CInt(POLLOUT) }
                if let reply = try socket.nextReply() {
                    try check(reply, to: step)
                    remaining.removeFirst()
                    continue
                }
                if try socket.receive() { continue }
                guard NIODeadline.now() < deadline else {
                    throw RedisError(
                        .unavailable,
                        "\(configuration.address) takes connections, but does not reply. Check host and port."
                    )
                }
                var descriptors = [pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)]
                pollDescriptors(&descriptors, until: deadline)
            }
        }
    }
#endif
