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
        let room = room()
        guard room > 0 else { return pause(context) }
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: UInt(min(room, Self.batch)))
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        accepted(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    /// Accepting has failed. Without a pause the loop would spin, since the connection still waits to be accepted.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        report(error)
        pause(context)
    }

    private func pause(_ context: ChannelHandlerContext) {
        guard !isPaused else { return }
        isPaused = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            guard context.channel.isActive else { return }
            self.read(context: context)
        }
    }
}
