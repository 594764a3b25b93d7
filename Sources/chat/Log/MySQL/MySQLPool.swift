#if MySQL
    import NIOPosix
    import Synchronization

    /// Connections to a database, each used by one at a time, on threads of their own: their calls block.
    final class MySQLPool: Sendable {
        /// A connection on its way between the pool and who uses it, never at two places.
        private struct Idle: @unchecked Sendable {
            // Sendable because whoever takes it out of the pool is the only one who has it.
            let connection: MySQLConnection
        }

        private let address: MySQLAddress
        private let prepare: @Sendable (MySQLConnection) throws(MySQLError) -> Void
        private let threads: NIOThreadPool
        private let idle = Mutex<[Idle]>([])

        /// - Parameters:
        ///   - size: How many connections there are at most.
        ///   - prepare: Is called with each new connection.
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

        /// Lets `body` use a connection, on a thread that may block. It waits while all are in use.
        ///
        /// A connection that was in order and breaks at the first use has been closed by the database, as it does with
        /// those that are idle for long; `body` is called again with a new one then. So it has to be something that can
        /// be done twice.
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
                        // All others are as old.
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

        /// Closes all connections that are not in use, and lets the others end.
        func close() async {
            idle.withLock { $0.removeAll() }
            try? await threads.shutdownGracefully()
        }
    }
#endif
