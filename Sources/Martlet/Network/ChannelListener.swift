import NIOCore
import NIOPosix
import Synchronization

/// A listening socket on an event loop of NIO.
struct ChannelListener: Listener {
    private let channel: any Channel
    private let descriptor: CInt

    /// Accepts connections from a socket that listens.
    ///
    /// - Parameters: as those of ``EventLoops/listen(on:backlog:_:distributingOver:_:)``.
    static func listen(
        on descriptor: CInt,
        backlog: CInt,
        _ loop: any EventLoop,
        distributingOver group: any EventLoopGroup,
        _ acceptance: Acceptance
    ) async throws -> ChannelListener {
        let adoption = Adoption()
        let bootstrap = ServerBootstrap(group: loop, childGroup: group)
            .serverChannelInitializer { channel in
                adoption.hasHappened.store(true, ordering: .releasing)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptGate(acceptance))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try acceptance.initialize(channel) }
            }
        do {
            let channel = try await bootstrap.withBoundSocket(descriptor).get()
            // NIO listens with a queue of 128; a second call changes that.
            try? SystemSocket.listen(descriptor, backlog: backlog)
            return ChannelListener(channel: channel, descriptor: descriptor)
        } catch {
            if !adoption.hasHappened.load(ordering: .acquiring) { SystemSocket.close(descriptor) }
            throw error
        }
    }

    /// Whether NIO has made a channel of a descriptor, and so closes it.
    private final class Adoption: Sendable {
        let hasHappened = Atomic(false)
    }

    func close(_ end: ListenerEnd) async {
        if case .yielding = end {
            let descriptor = descriptor
            let isRefusing = try? await channel.eventLoop.run {
                self.channel.isActive && SystemSocket.refuseNewConnections(descriptor)
            }
            // NIO accepts the others meanwhile.
            if isRefusing == true {
                try? await channel.eventLoop.scheduleTask(in: ListenerEnd.handshakeTime) {}.futureResult.get()
            }
        }
        try? await channel.close().get()
    }
}
