import CLibrary
import NIOCore

/// Stops accepting while the server has as many connections as it may have, or the system has no descriptors left.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    /// How long to wait before looking again.
    private static let pause = TimeAmount.milliseconds(50)

    /// How many connections are accepted at once: a burst is taken in one go, but not to the neglect of those that
    /// are open.
    private static let batch = 64

    /// How many more connections there may be.
    private let room: () -> Int
    private let accepted: (any Channel) -> Void
    private let report: (any Error) -> Void
    private var isPaused = false
    /// Whether the channel has been told not to read at all.
    private var isStopped = false

    init(
        room: @escaping () -> Int,
        accepted: @escaping (any Channel) -> Void,
        report: @escaping (any Error) -> Void
    ) {
        self.room = room
        self.accepted = accepted
        self.report = report
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { return }
        guard prepare(context) else { return pause(context) }
        context.read()
    }

    /// Whether there is room for a connection, and the channel knows how many it may accept.
    private func prepare(_ context: ChannelHandlerContext) -> Bool {
        let room = room()
        guard room > 0 else { return false }
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: UInt(min(room, Self.batch)))
        return true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        accepted(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    /// Accepting has failed. Without a pause the loop would spin, since the connection still waits to be accepted.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        report(error)
        // Where it is the client that has gone, the next one may be there.
        if let error = error as? IOError, error.errnoCode == ECONNABORTED { return }
        // Not to ask it is not enough: the channel, once asked, tries until it has accepted something.
        isStopped = true
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        pause(context)
    }

    private func pause(_ context: ChannelHandlerContext) {
        guard !isPaused else { return }
        isPaused = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            self.resume(context)
        }
    }

    private func resume(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        guard isStopped else { return read(context: context) }
        guard prepare(context) else { return pause(context) }
        isStopped = false
        // This asks it to read, too.
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }
}
