import CLibrary
import NIOCore
import NIOPosix

/// The event loops that carry sockets: those of NIO, or on Linux the process's own on `epoll`, which cost less.
package enum EventLoops {
    /// The event loops of servers and clients that are not given any: NIO's if the environment variable
    /// `MARTLET_EVENT_LOOPS` is `nio`.
    static let group: any EventLoopGroup = {
        #if os(Linux)
            if getenv("MARTLET_EVENT_LOOPS").map({ String(cString: $0) }) != "nio",
                let group = EpollEventLoopGroup.singleton
            {
                return group
            }
        #endif
        return MultiThreadedEventLoopGroup.singleton
    }()

    /// The event loop of the calling thread.
    static var current: (any EventLoop)? {
        #if os(Linux)
            if let loop = EpollEventLoop.current { return loop }
        #endif
        return MultiThreadedEventLoopGroup.currentEventLoop
    }

    // MARK: Servers

    /// Accepts connections from a socket that listens.
    ///
    /// - Parameters:
    ///   - descriptor: The socket. It belongs to the listener from now on, also when this throws.
    ///   - backlog: How many connections may wait to be accepted.
    ///   - loop: Where they are accepted.
    ///   - group: The loops among which they are distributed.
    static func listen(
        on descriptor: CInt,
        backlog: CInt,
        _ loop: any EventLoop,
        distributingOver group: any EventLoopGroup,
        _ acceptance: Acceptance
    ) async throws -> any Listener {
        #if os(Linux)
            if let loop = loop as? EpollEventLoop {
                let loops = group.makeIterator().compactMap { $0 as? EpollEventLoop }
                return try await loop.run {
                    try EpollListener(descriptor, on: loop, distributingOver: loops, acceptance)
                }
            }
        #endif
        return try await ChannelListener.listen(
            on: descriptor,
            backlog: backlog,
            loop,
            distributingOver: group,
            acceptance
        )
    }

    // MARK: Clients

    /// The loop of NIO on which a connection for `loop` is made: NIO tries the addresses of a name, which is no matter
    /// of speed.
    static func connectingLoop(for loop: any EventLoop) -> any EventLoop {
        #if os(Linux)
            if loop is EpollEventLoop { return MultiThreadedEventLoopGroup.singleton.any() }
        #endif
        return loop
    }

    /// Carries a connection on `loop` that was made on another one, and has not been read from.
    ///
    /// - Parameter initialize: Adds the handlers, on the loop.
    static func carry<Result: Sendable>(
        _ channel: any Channel,
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Result
    ) async throws -> Result {
        #if os(Linux)
            if let loop = loop as? EpollEventLoop {
                let descriptor = try await channel.eventLoop.run {
                    try channel.pipeline.syncOperations
                        .withUnsafeTransportIfAvailable(of: CInt.self, SystemSocket.duplicate)
                }
                try? await channel.close().get()
                guard let descriptor else { throw ChannelError.operationUnsupported }
                return try await loop.run {
                    var result: Result?
                    try EpollChannel.adopt(descriptor, on: loop) { result = try initialize($0) }
                    guard let result else { throw ChannelError.operationUnsupported }
                    return result
                }
            }
        #endif
        throw ChannelError.operationUnsupported
    }

    /// Makes closing the channel tell the peer that it is not waited for: an orderly close would only say that nothing
    /// more is sent. Call this on the loop.
    package static func resetOnClose(_ channel: any Channel) {
        if let channel = channel as? MemoryChannel { return channel.resetOnClose() }
        #if os(Linux)
            if let channel = channel as? EpollChannel { return channel.resetOnClose() }
        #endif
        let atOnce = linger(l_onoff: 1, l_linger: 0)
        _ = (channel as? any SocketOptionProvider)?.setSoLinger(atOnce)
    }
}
