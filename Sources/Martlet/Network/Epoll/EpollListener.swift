#if os(Linux)
    import CEpoll
    import CLibrary
    import NIOCore

    /// A listening socket on an ``EpollEventLoop``.
    final class EpollListener: EpollSocket, Listener, @unchecked Sendable {
        // Sendable because every variable is touched only on the thread of `loop`.

        private let loop: EpollEventLoop
        /// The loops among which connections are distributed, in turn.
        private let loops: [EpollEventLoop]
        private let acceptance: Acceptance
        private var turn = 0
        private var isOpen = true

        /// Accepts connections from a socket that listens. Call this on the loop.
        ///
        /// - Parameter descriptor: The socket. It belongs to the listener, also when this throws.
        init(
            _ descriptor: CInt,
            on loop: EpollEventLoop,
            distributingOver loops: [EpollEventLoop],
            _ acceptance: Acceptance
        )
            throws(SocketError)
        {
            self.loop = loop
            self.loops = loops
            self.acceptance = acceptance
            super.init(descriptor: descriptor)
            do {
                try SystemSocket.setNonBlocking(descriptor)
                SystemSocket.setNoDelay(descriptor)
                try loop.add(self, martlet_readable)
            } catch {
                SystemSocket.close(descriptor)
                throw error
            }
        }

        override func becameReady(_ events: UInt32) {
            for _ in 0..<Acceptance.batch {
                guard isOpen else { return }
                guard acceptance.room() > 0 else { return pauseAccepting() }
                let connection = martlet_accept(descriptor)
                if connection >= 0 {
                    pass(connection)
                    continue
                }
                switch errno {
                case EAGAIN:
                    return
                case EINTR, ECONNABORTED:
                    // Only this client went away.
                    continue
                default:
                    acceptance.failed(IOError(errnoCode: errno, reason: "accept"))
                    return pauseAccepting()
                }
            }
        }

        /// Accepts the connections that wait, as far as there is room for them.
        private func acceptWaiting() {
            for _ in 0..<SystemSocket.maximumBacklog {
                guard acceptance.room() > 0 else { return }
                let connection = martlet_accept(descriptor)
                if connection >= 0 {
                    pass(connection)
                } else if errno != EINTR, errno != ECONNABORTED {
                    return
                }
            }
        }

        private func pass(_ connection: CInt) {
            let target = loops[turn]
            turn = (turn + 1) % loops.count
            let acceptance = acceptance
            acceptance.began()
            let adopt: @Sendable () -> Void = {
                do {
                    try EpollChannel.adopt(connection, on: target, initialize: acceptance.initialize)
                        .closeFuture.whenComplete { _ in acceptance.ended() }
                } catch {
                    if !(error is UnwantedConnection) { acceptance.failed(error) }
                    acceptance.ended()
                }
            }
            if target === loop { adopt() } else { target.execute(adopt) }
        }

        private func pauseAccepting() {
            loop.remove(self)
            loop.scheduleTask(in: Acceptance.pause) {
                guard self.isOpen else { return }
                do {
                    try self.loop.add(self, martlet_readable)
                } catch {
                    self.acceptance.failed(error)
                    self.pauseAccepting()
                }
            }
        }

        func close(_ end: ListenerEnd) async {
            if case .yielding = end {
                let isRefusing = try? await loop.run {
                    self.isOpen && SystemSocket.refuseNewConnections(self.descriptor)
                }
                if isRefusing == true {
                    try? await loop.scheduleTask(in: ListenerEnd.handshakeTime) {}.futureResult.get()
                }
            }
            try? await loop.run {
                guard self.isOpen else { return }
                if case .atOnce = end {} else { self.acceptWaiting() }
                self.isOpen = false
                self.loop.remove(self)
                SystemSocket.close(self.descriptor)
            }
        }
    }
#endif
