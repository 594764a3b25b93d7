import Martlet
import NIOCore

/// Injects faults into a connection of a client, between its socket or TLS and HTTP.
final class FaultInjector: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let clock: LoopClock
    private var output = FaultyStream()
    private var input = FaultyStream()
    /// The promises of writes that have not passed yet, with how many bytes pass before they are kept.
    private var promises: [(count: Int, promise: EventLoopPromise<Void>)] = []
    /// Set while nothing may be sent before a second is over.
    private var outputTimer: Scheduled<Void>?
    /// Set while nothing more may be received before that.
    private var inputTimer: Scheduled<Void>?
    /// Whether the connection asks for more than has passed.
    private var isReadHeldBack = false
    private var hasPeerFinished = false
    private var hasVanished = false

    init(_ faults: [ConnectionFault], _ clock: LoopClock) {
        self.clock = clock
        for fault in faults {
            switch fault.kind {
            case .endsSending(let how, let count): output.ends(how, after: count)
            case .endsReceiving(let how, let count): input.ends(how, after: count)
            case .sendsSlowly(let rate): output.isSlow(rate)
            case .receivesSlowly(let rate): input.isSlow(rate)
            case .sendsPieces(let count): output.isInPieces(of: count)
            }
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        outputTimer?.cancel()
        inputTimer?.cancel()
        failPromises()
    }

    // MARK: Sending

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        if !hasVanished { output.append(bytes) }
        // Those of a client that has vanished are kept when the connection ends.
        if let promise { promises.append((hasVanished ? .max : output.waitingCount, promise)) }
    }

    func flush(context: ChannelHandlerContext) {
        if outputTimer == nil, !hasVanished { send(context) }
    }

    private func send(_ context: ChannelHandlerContext) {
        while true {
            switch output.next() {
            case .pass(let bytes):
                let count = bytes.readableBytes
                context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
                for index in promises.indices { promises[index].count -= count }
            case .end(let how):
                keepPromises()
                if how != .vanish { failPromises() }
                return end(how, context)
            case .waitASecond:
                outputTimer = afterASecond(context) { handler, context in
                    handler.outputTimer = nil
                    handler.output.aSecondPassed()
                    handler.send(context)
                }
                return
            case .idle:
                return keepPromises()
            }
        }
    }

    private func keepPromises() {
        while let first = promises.first, first.count <= 0 {
            promises.removeFirst()
            first.promise.succeed()
        }
    }

    private func failPromises() {
        let unkept = promises
        promises = []
        for (_, promise) in unkept { promise.fail(ChannelError.ioOnClosedChannel) }
    }

    // MARK: Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasVanished else { return }
        input.append(unwrapInboundIn(data))
        if inputTimer == nil { receive(context) }
    }

    func read(context: ChannelHandlerContext) {
        guard !hasVanished else { return }
        if inputTimer != nil { isReadHeldBack = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard inputTimer != nil, let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        hasPeerFinished = true
    }

    private func receive(_ context: ChannelHandlerContext) {
        while true {
            switch input.next() {
            case .pass(let bytes):
                context.fireChannelRead(wrapInboundOut(bytes))
            case .end(let how):
                context.fireChannelReadComplete()
                return end(how, context)
            case .waitASecond:
                inputTimer = afterASecond(context) { handler, context in
                    handler.inputTimer = nil
                    handler.input.aSecondPassed()
                    handler.receive(context)
                    context.fireChannelReadComplete()
                    handler.continueReading(context)
                }
                return
            case .idle:
                return
            }
        }
    }

    private func continueReading(_ context: ChannelHandlerContext) {
        guard inputTimer == nil else { return }
        if hasPeerFinished {
            hasPeerFinished = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        guard isReadHeldBack else { return }
        isReadHeldBack = false
        context.read()
    }

    // MARK: Both

    private func afterASecond(
        _ context: ChannelHandlerContext,
        _ action: @escaping (FaultInjector, ChannelHandlerContext) -> Void
    ) -> Scheduled<Void> {
        let bound = NIOLoopBound((self, context, action), eventLoop: context.eventLoop)
        return clock.schedule(in: .seconds(1)) {
            let (handler, context, action) = bound.value
            action(handler, context)
        }
    }

    private func end(_ how: FaultyStream.Ending, _ context: ChannelHandlerContext) {
        switch how {
        case .close:
            context.close(promise: nil)
        case .vanish:
            hasVanished = true
        case .halfClose:
            context.close(mode: .output, promise: nil)
        case .reset:
            EventLoops.resetOnClose(context.channel)
            // Past TLS, which would say goodbye.
            context.channel._channelCore.close0(error: ChannelError.ioOnClosedChannel, mode: .all, promise: nil)
        }
    }
}
