#if Redis
    import CLibrary
    import Logging
    import Martlet
    import NIOCore
    import NIOPosix
    import Synchronization

    /// One connection, which is made anew whenever it is lost, and the thread that has it.
    ///
    /// The thread sends what waits, reads replies, and ends the calls whose deadlines have passed, also while there is no
    /// connection: connecting, which may take as long as it likes, is done by another thread.
    final class RedisLink: Sendable {
        // Not a checked one, which costs an allocation: the pipeline lets each call leave once.
        private typealias Call = UnsafeContinuation<RedisValue, any Error>

        private enum Condition {
            case connecting
            case connected
            /// For too long: calls fail at once.
            case away(RedisError)
        }

        private enum Closing {
            case open
            /// Ends when no call is left.
            case graceful
            case forced
        }

        private struct State {
            var pipeline: RedisPipeline<Call>
            var condition = Condition.connecting
            var closing = Closing.open
            /// The result of an attempt to connect, until the thread takes it.
            var attempt: Result<RedisSocket, RedisError>?
            /// Whether the thread will look at this again before it waits.
            var isWoken = false

            var isOver: Bool {
                switch closing {
                case .open: false
                case .graceful: pipeline.callCount == 0
                case .forced: true
                }
            }
        }

        private let configuration: RedisClient.Configuration
        private let connecting: NIOThreadPool
        private let pipe: WakePipe
        private let state: Mutex<State>

        /// - Parameter connecting: The threads on which it connects.
        init(_ configuration: RedisClient.Configuration, connecting: NIOThreadPool) throws(RedisError) {
            self.configuration = configuration
            self.connecting = connecting
            pipe = try WakePipe()
            var limits = RedisPipeline<Call>.Limits()
            limits.waitingCount = configuration.maximumWaitingCount
            limits.waitingBytes = configuration.maximumWaitingBytes
            // A bit less than the deadline, so that a command that was sent at once ends the connection as it ends itself, and
            // the next one waits for another connection.
            limits.stallTime = TimeAmount(configuration.deadline * 0.9)
            state = Mutex(State(pipeline: RedisPipeline(limits)))
        }

        deinit {
            pipe.close()
        }

        var isConnected: Bool {
            state.withLock { if case .connected = $0.condition { true } else { false } }
        }

        // MARK: Calls

        func call(_ bytes: ByteBuffer, until deadline: NIODeadline) async throws -> RedisValue {
            let id = state.withLock { $0.pipeline.makeID() }
            return try await withTaskCancellationHandler {
                try await withUnsafeThrowingContinuation { continuation in
                    let result = state.withLock { state -> Result<Bool, any Error> in
                        // Cancelled before this, the task has passed the handler below already.
                        if Task.isCancelled { return .failure(CancellationError()) }
                        return Result { try Self.append(continuation, id, bytes, until: deadline, to: &state) }
                    }
                    switch result {
                    case .success(let mustWake): if mustWake { pipe.wake() }
                    case .failure(let error): continuation.resume(throwing: error)
                    }
                }
            } onCancel: {
                state.withLock { $0.pipeline.cancel(id) }?.resume(throwing: CancellationError())
            }
        }

        /// Returns whether the thread has to be woken.
        private static func append(
            _ call: Call,
            _ id: RedisPipeline<Call>.ID,
            _ bytes: ByteBuffer,
            until deadline: NIODeadline,
            to state: inout State
        ) throws(RedisError) -> Bool {
            guard case .open = state.closing else { throw closed }
            if case .away(let error) = state.condition { throw error }
            try state.pipeline.append(call, id, bytes, until: deadline)
            defer { state.isWoken = true }
            return !state.isWoken
        }

        func close(force: Bool) {
            state.withLock { state in
                if force { state.closing = .forced } else if case .open = state.closing { state.closing = .graceful }
            }
            pipe.wake()
        }

        // MARK: The thread

        /// Runs until the link is closed.
        func run() {
            var backOff = RedisBackOff()
            while let socket = connect(&backOff) { exchange(over: socket, &backOff) }
            let (waiting, sent) = state.withLock { state in
                state.closing = .forced
                state.attempt = nil
                return state.pipeline.takeAll()
            }
            for call in waiting { call.resume(throwing: Self.closed) }
            for call in sent { call.resume(throwing: Self.closed.afterSending()) }
        }

        /// Returns a connection as soon as there is one; nil when the link is closed.
        private func connect(_ backOff: inout RedisBackOff) -> RedisSocket? {
            var failure = RedisError(.unavailable, "There is no connection to Redis at \(configuration.address) yet.")
            let start = NIODeadline.now()
            // The first attempt may take as long as one may.
            var patience: NIODeadline? =
                start + TimeAmount(max(configuration.patience, configuration.connectionTimeout))
            var isFirst = true
            while true {
                // The attempt of before is over, so that no other result comes.
                let pause = NIODeadline.now() + TimeAmount(backOff.pause())
                guard case .time = wait(until: pause, &patience, failure) else { return nil }
                connecting.submit { [weak self] state in
                    // Ignored where the link is closed: the socket closes itself.
                    self?.finishAttempt(state == .active)
                }
                guard case .attempt(let result) = wait(until: nil, &patience, failure) else { return nil }
                switch result {
                case .success(let socket):
                    state.withLock { $0.condition = .connected }
                    configuration.logger.debug("Connected to Redis", metadata: ["address": "\(configuration.address)"])
                    return socket
                case .failure(let error):
                    failure = error
                    if isFirst {
                        configuration.logger.warning(
                            "Redis is away",
                            metadata: ["address": "\(configuration.address)", "reason": "\(error)"]
                        )
                    }
                    isFirst = false
                    if let end = patience { patience = min(end, start + TimeAmount(configuration.patience)) }
                    // Waiting does not mend a refusal. A server that has been away for long is away for this reason now.
                    if error.kind == .refused || patience.map({ $0 <= .now() }) ?? true {
                        patience = nil
                        becomeAway(error)
                    }
                }
            }
        }

        private func finishAttempt(_ isActive: Bool) {
            let result: Result<RedisSocket, RedisError>
            do throws(RedisError) {
                guard isActive else { throw Self.closed }
                let socket = try RedisSocket.connect(configuration)
                try RedisHandshake(configuration).run(over: socket)
                result = .success(socket)
            } catch {
                result = .failure(error)
            }
            state.withLock { $0.attempt = result }
            pipe.wake()
        }

        private enum Event {
            case time
            case attempt(Result<RedisSocket, RedisError>)
            case closed
        }

        /// Waits without a connection, and ends the calls whose time is over meanwhile.
        ///
        /// - Parameters:
        ///   - time: When to return; nil for the end of an attempt to connect.
        ///   - patience: When Redis counts as away; nil once it does.
        ///   - failure: Why there is no connection.
        private func wait(until time: NIODeadline?, _ patience: inout NIODeadline?, _ failure: RedisError) -> Event {
            while true {
                let now = NIODeadline.now()
                let (expired, attempt, isOver, next) = state.withLock { state in
                    state.isWoken = false
                    let expired = state.pipeline.takeExpired(at: now)
                    return (expired, state.attempt.take(), state.isOver, state.pipeline.nextTime)
                }
                for (call, _) in expired { call.resume(throwing: failure) }
                if isOver { return .closed }
                if let attempt { return .attempt(attempt) }
                if let time, time <= now { return .time }
                if let end = patience, end <= now {
                    patience = nil
                    becomeAway(failure)
                }
                var descriptors = [pollfd(fd: pipe.readEnd, events: Int16(POLLIN), revents: 0)]
                pollDescriptors(&descriptors, until: [time, patience, next].compactMap(\.self).min() ?? .distantFuture)
                if descriptors[0].revents != 0 { pipe.drain() }
            }
        }

        /// From now on calls fail at once.
        private func becomeAway(_ error: RedisError) {
            let calls = state.withLock { state in
                state.condition = .away(error)
                return state.pipeline.takeWaiting()
            }
            for call in calls { call.resume(throwing: error) }
        }

        // MARK: While connected

        /// Carries commands and replies until the connection is lost or the link is closed.
        private func exchange(over socket: RedisSocket, _ backOff: inout RedisBackOff) {
            var output = ByteBuffer()
            do throws(RedisError) {
                while prepare(&output) {
                    // After the deadlines: a call that ends with the connection has not timed out.
                    guard !state.withLock({ $0.pipeline.isStalled(at: .now()) }) else {
                        throw RedisError(.unavailable, "Redis has not replied for \(configuration.deadline).")
                    }
                    if output.readableBytes > 0 { _ = try socket.send(&output) }
                    if try waitForReplies(socket, canSend: output.readableBytes > 0), try takeReplies(from: socket) {
                        backOff.reset()
                    }
                }
            } catch {
                let lost = state.withLock { state in
                    state.condition = .connecting
                    return state.pipeline.loseConnection(unsent: output.readableBytes)
                }
                configuration.logger.warning(
                    "Lost the connection to Redis",
                    metadata: [
                        "address": "\(configuration.address)", "reason": "\(error)", "commands": "\(lost.count)",
                    ]
                )
                for call in lost { call.resume(throwing: error.afterSending()) }
            }
        }

        /// Ends the calls whose deadlines have passed, and takes what is to be sent next. Returns false when the link is over.
        private func prepare(_ output: inout ByteBuffer) -> Bool {
            let now = NIODeadline.now()
            let isEmpty = output.readableBytes == 0
            let (expired, next, isOver) = state.withLock { state in
                state.isWoken = false
                let expired = state.pipeline.takeExpired(at: now)
                return (expired, isEmpty ? state.pipeline.takeOutput(at: now) : nil, state.isOver)
            }
            if let next { output = next }
            for (call, wasSent) in expired {
                let error = RedisError(.timedOut, "Redis has not replied in time.")
                call.resume(throwing: wasSent ? error.afterSending() : error)
            }
            return !isOver
        }

        /// Waits for something to do. Returns whether the socket has something to read, or an error.
        private func waitForReplies(_ socket: RedisSocket, canSend: Bool) throws(RedisError) -> Bool {
            let events = CInt(POLLIN) | (canSend ? CInt(POLLOUT) : 0)
            var descriptors = [
                pollfd(fd: socket.descriptor, events: Int16(events), revents: 0),
                pollfd(fd: pipe.readEnd, events: Int16(POLLIN), revents: 0),
            ]
            pollDescriptors(&descriptors, until: state.withLock { $0.pipeline.nextTime } ?? .distantFuture)
            if descriptors[1].revents != 0 { pipe.drain() }
            return CInt(descriptors[0].revents) & ~CInt(POLLOUT) != 0
        }

        /// Reads what has arrived. Returns whether there was a reply.
        private func takeReplies(from socket: RedisSocket) throws(RedisError) -> Bool {
            guard try socket.receive() else { return false }
            var hasReplied = false
            while let reply = try socket.nextReply() {
                hasReplied = true
                let call: Call?
                // Not in one closure, which would lose the type of the error.
                switch state.withLock({ state in Result { () throws(RedisError) in try state.pipeline.takeReplied() } })
                {
                case .success(let replied): call = replied
                case .failure(let error): throw error
                }
                call?.resume(returning: reply)
            }
            return hasReplied
        }

        private static let closed = RedisError(.closed, "The client of Redis is closed.")
    }
#endif
