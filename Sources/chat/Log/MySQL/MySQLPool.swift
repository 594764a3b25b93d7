#if MySQL
    import NIOPosix
    import Synchronization

    /// A pool of connections to a database, with threads of its own, since their calls block. Each connection has one
    /// user at a time.
    final class MySQLPool: Sendable {
        /// A connection that moves between the pool and its user, and is never in two places.
        private struct Idle: @unchecked Sendable {
            // Sendable because the code that takes it out of the pool is its only owner.
            let connection: MySQLConnection
        }

        private let address: MySQLAddress
        private let prepare: @Sendable (MySQLConnection) throws(MySQLError) -> Void
        private let threads: NIOThreadPool
        private let idle = Mutex<[Idle]>([])

        /// - Parameters:
        ///   - size: The maximum number of connections.
        ///   - prepare: Called with each new connection.
        init(
            _ address: MySQLAddress,
            size: Int,
            prepare: @escaping @Sendable (MySQLConnection) throws(MySQLError) -> Void = { _ in }
        ) {
            self.address = address
            self.prepare = prepare
            self.threads = NIOThreadPool(numberOfThreads: size)
            threads.start()
        }

        /// Calls `body` with a connection, on a thread that may block. Waits while all are in use.
        ///
        /// The database closes connections that are idle for long, so a kept connection can fail on first use; `body`
        /// is then called again with a new one. So it must be safe to call twice.
        func use<Result: Sendable>(
            _ body: @escaping @Sendable (MySQLConnection) throws -> Result
        ) async throws -> Result {
            try await threads.runIfActive {
                if let kept = self.idle.withLock({ $0.popLast() }) {
                    do {
                        let result = try body(kept.connection)
                        self.idle.withLock { $0.append(kept) }
                        return result
                    } catch let error as MySQLError where error.isConnectionLost {
                        // All others are just as old.
                        self.idle.withLock { $0.removeAll() }
                    } catch {
                        self.idle.withLock { $0.append(kept) }
                        throw error
                    }
                }
                let fresh = Idle(connection: try MySQLConnection(self.address))
                try self.prepare(fresh.connection)
                do {
                    let result = try body(fresh.connection)
                    self.idle.withLock { $0.append(fresh) }
                    return result
                } catch let error as MySQLError where error.isConnectionLost {
                    throw error
                } catch {
                    self.idle.withLock { $0.append(fresh) }
                    throw error
                }
            }
        }

        /// Closes all idle connections, and waits for the others to finish.
        func close() async {
            idle.withLock { $0.removeAll() }
            try? await threads.shutdownGracefully()
        }
    }
#endif
