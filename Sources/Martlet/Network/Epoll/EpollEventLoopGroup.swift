#if os(Linux)
    import CLibrary
    import Dispatch
    import NIOCore
    import Synchronization

    /// The event loops of the process, one for each core, on `epoll`.
    final class EpollEventLoopGroup: EventLoopGroup {
        /// Nil where the system refuses another descriptor or thread.
        static let singleton = try? EpollEventLoopGroup(loopCount: NIOSingletons.groupLoopCountSuggestion)

        private let loops: [EpollEventLoop]
        private let turn = Atomic(0)

        init(loopCount: Int) throws(SocketError) {
            // A peer, or a reader of the log, that has closed its end is told of by an error. NIO does the same.
            signal(SIGPIPE, SIG_IGN)
            var loops: [EpollEventLoop] = []
            for number in 0..<loopCount { loops.append(try EpollEventLoop(name: "MARTLET-\(number)")) }
            self.loops = loops
        }

        func next() -> any EventLoop {
            let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
            return loops[(index & Int.max) % loops.count]
        }

        func any() -> any EventLoop {
            EpollEventLoop.current ?? next()
        }

        func makeIterator() -> EventLoopIterator { EventLoopIterator(loops) }

        func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
            queue.async { callback(EventLoopError.unsupportedOperation) }
        }
    }
#endif
