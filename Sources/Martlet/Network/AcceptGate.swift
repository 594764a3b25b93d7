import CLibrary
import NIOCore

/// Pauses accepting while the server has as many connections as allowed, or the system has no descriptors left.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    private let acceptance: Acceptance
    private var isPaused = false
    /// Whether the channel has been told not to read at all.
    private var isStopped = false

    init(_ acceptance: Acceptance) {
        self.acceptance = acceptance
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { return }
        guard prepare(context) else { return pause(context) }
        context.read()
    }

    /// Sets how many connections the channel may accept; false when there is no room for one.
    private func prepare(_ context: ChannelHandlerContext) -> Bool {
        let room = acceptance.room()
        guard room > 0 else { return false }
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: UInt(min(room, Acceptance.batch)))
        return true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let ended = acceptance.ended
        acceptance.began()
        unwrapInboundIn(data).closeFuture.whenComplete { _ in ended() }
        context.fireChannelRead(data)
    }

    /// Accepting has failed.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is UnwantedConnection { return }
        acceptance.failed(error)
        // If only this client went away, the next one can be accepted.
        if let error = error as? IOError, error.errnoCode == ECONNABORTED { return }
        // Withholding reads is not enough: once asked, the channel tries until it has accepted something.
        isStopped = true
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        pause(context)
    }

    private func pause(_ context: ChannelHandlerContext) {
        guard !isPaused else { return }
        isPaused = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Acceptance.pause) {
            self.isPaused = false
            self.resume(context)
        }
    }

    private func resume(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        guard isStopped else { return read(context: context) }
        guard prepare(context) else { return pause(context) }
        isStopped = false
        // This also makes it read.
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }
}
