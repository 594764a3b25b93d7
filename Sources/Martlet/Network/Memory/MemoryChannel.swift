import CLibrary
import NIOCore
import Synchronization

/// One end of a connection in memory: it behaves as a connected socket does, without one.
///
/// The bytes that one end sends arrive at the other one, each on its own event loop. Both are bounded: an end that does not read
/// holds up the other one's writes.
package final class MemoryChannel: Channel, ChannelCore, @unchecked Sendable {
    // Sendable because every variable is touched only on the thread of `loop`, except for atomics and `peer`, which is
    // set before the channel is used.

    /// When more bytes than `high` wait, the channel is not writable until fewer than `low` do.
    private static let waterMark = (low: 32_768, high: 65_536)
    /// How many bytes may have been sent that the other end has not read: as many as the buffers of a socket hold.
    private static let window = 131_072

    private let loop: any EventLoop
    package let localAddress: SocketAddress?
    package let remoteAddress: SocketAddress?
    private let closed: EventLoopPromise<Void>
    private let active = Atomic(false)
    private let writable = Atomic(true)
    /// Made at once, since it is asked for on any thread.
    package private(set) lazy var pipeline = ChannelPipeline(channel: self)

    /// The other end; nil once either of them is closed.
    private var peer: MemoryChannel?
    private var isOpen = true
    private var autoRead = true
    private var input = MemoryInput()
    private var isDeliveryScheduled = false
    private var output = MemoryOutput(window: MemoryChannel.window)
    private var resetsOnClose = false

    private init(_ loop: any EventLoop, local: SocketAddress?, remote: SocketAddress?) {
        self.loop = loop
        self.localAddress = local
        self.remoteAddress = remote
        self.closed = loop.makePromise()
        _ = pipeline
    }

    /// One end of a connection that is about to be made.
    package struct End {
        let eventLoop: any EventLoop
        let address: SocketAddress?

        package init(on eventLoop: any EventLoop, address: SocketAddress?) {
            self.eventLoop = eventLoop
            self.address = address
        }
    }

    /// The two ends of a new connection. Each is to be activated on its loop.
    package static func makePair(_ first: End, _ second: End) -> (MemoryChannel, MemoryChannel) {
        let one = MemoryChannel(first.eventLoop, local: first.address, remote: second.address)
        let other = MemoryChannel(second.eventLoop, local: second.address, remote: first.address)
        (one.peer, other.peer) = (other, one)
        return (one, other)
    }

    /// Adds the handlers and opens the channel. Called on the loop.
    package func activate<Result>(_ initialize: (MemoryChannel) throws -> Result) throws -> Result {
        do {
            let result = try initialize(self)
            guard isOpen else { return result }
            pipeline.syncOperations.fireChannelRegistered()
            active.store(true, ordering: .relaxed)
            pipeline.syncOperations.fireChannelActive()
            if autoRead { pipeline.read() }
            return result
        } catch {
            close0(error: error, mode: .all, promise: nil)
            throw error
        }
    }

    // MARK: Reading

    /// An act of the other end.
    private enum Arrival: Sendable {
        case bytes([ByteBuffer])
        /// It sends no more, and reads no more either if it is closed.
        case end(isClosed: Bool)
        /// It wants nothing more, and what was under way is lost.
        case reset
    }

    /// Has `arrival` happen at the other end.
    private func tellPeer(_ arrival: Arrival) {
        guard let peer else { return }
        peer.loop.execute { peer.receive(arrival) }
    }

    private func receive(_ arrival: Arrival) {
        guard isOpen else { return }
        switch arrival {
        case .bytes(let buffers):
            input.append(buffers)
        case .end(let isClosed):
            input.end()
            if isClosed { peer = nil }
        case .reset:
            peer = nil
            return fail(ECONNRESET)
        }
        if input.isWanted { deliver() }
    }

    package func read0() {
        guard isOpen else { return }
        input.request()
        // Not at once, since a handler that asks is not prepared for bytes yet.
        guard input.hasArrivals, !isDeliveryScheduled else { return }
        isDeliveryScheduled = true
        loop.execute {
            self.isDeliveryScheduled = false
            if self.isOpen, self.input.isWanted { self.deliver() }
        }
    }

    /// Delivers what has arrived, as one read.
    private func deliver() {
        let buffers = input.takeBytes()
        if !buffers.isEmpty {
            let count = buffers.reduce(0) { $0 + $1.readableBytes }
            for buffer in buffers where isOpen { pipeline.syncOperations.fireChannelRead(NIOAny(buffer)) }
            if isOpen { pipeline.syncOperations.fireChannelReadComplete() }
            if let peer { peer.loop.execute { peer.peerHasRead(count) } }
        }
        guard isOpen else { return }
        if input.takeEnd() {
            if output.isClosed { return close0(error: ChannelError.eof, mode: .all, promise: nil) }
            pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else if !buffers.isEmpty, autoRead {
            pipeline.read()
        }
    }

    private func fail(_ code: CInt) {
        let error = IOError(errnoCode: code, reason: "connection in memory")
        pipeline.syncOperations.fireErrorCaught(error)
        if isOpen { close0(error: error, mode: .all, promise: nil) }
    }

    // MARK: Writing

    package func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isOpen, !output.isEnding else {
            promise?.fail(isOpen ? ChannelError.outputClosed : ChannelError.ioOnClosedChannel)
            return
        }
        output.append(unwrapData(data, as: IOData.self), promise)
        reportWritability()
    }

    package func flush0() {
        output.flush()
        sendFlushed()
    }

    private func peerHasRead(_ count: Int) {
        output.peerHasRead(count)
        guard isOpen else { return }
        sendFlushed()
    }

    private func sendFlushed() {
        guard isOpen, !output.isClosed else { return }
        guard peer != nil || !output.hasFlushed else { return loop.execute { if self.isOpen { self.fail(EPIPE) } } }
        let sending = output.takeSendable()
        if !sending.buffers.isEmpty { tellPeer(.bytes(sending.buffers)) }
        for promise in sending.promises { promise.succeed() }
        if let failure = sending.failure { return fail(failure) }
        guard isOpen else { return }
        reportWritability()
        guard let promise = output.takeEnd() else { return }
        tellPeer(.end(isClosed: false))
        promise?.succeed()
        pipeline.fireUserInboundEventTriggered(ChannelEvent.outputClosed)
    }

    private func reportWritability() {
        let isWritable = writable.load(ordering: .relaxed)
        let limit = isWritable ? Self.waterMark.high : Self.waterMark.low
        guard isWritable ? output.byteCount > limit : output.byteCount < limit else { return }
        writable.store(!isWritable, ordering: .relaxed)
        pipeline.syncOperations.fireChannelWritabilityChanged()
    }

    // MARK: Closing

    /// Lets the other end know at once, when the channel is closed, that nothing more it sends will be read.
    package func resetOnClose() {
        resetsOnClose = true
    }

    package func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isOpen else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        switch mode {
        case .all:
            closeAll(error, promise)
        case .output where input.hasEnded:
            closeAll(error, promise)
        case .output:
            guard output.end(promise) else {
                promise?.fail(ChannelError.outputClosed)
                return
            }
            sendFlushed()
        case .input:
            promise?.fail(ChannelError.operationUnsupported)
        }
    }

    private func closeAll(_ error: any Error, _ promise: EventLoopPromise<Void>?) {
        let wasActive = active.exchange(false, ordering: .relaxed)
        isOpen = false
        // As with a socket, an end that leaves bytes unread resets the connection.
        tellPeer(resetsOnClose || input.hasBytes ? .reset : .end(isClosed: true))
        peer = nil
        input = MemoryInput()
        for promise in output.close() { promise.fail(error) }
        promise?.succeed()
        if wasActive { pipeline.syncOperations.fireChannelInactive() }
        pipeline.syncOperations.fireChannelUnregistered()
        // Later, since a handler may be in the middle of an event.
        loop.execute {
            self.removeHandlers(pipeline: self.pipeline)
            self.closed.succeed()
        }
    }

    // MARK: NIO's requirements

    package var allocator: ByteBufferAllocator { ByteBufferAllocator() }
    package var closeFuture: EventLoopFuture<Void> { closed.futureResult }
    package var parent: (any Channel)? { nil }
    package var eventLoop: any EventLoop { loop }
    package var _channelCore: any ChannelCore { self }
    package var isActive: Bool { active.load(ordering: .relaxed) }
    package var isWritable: Bool { writable.load(ordering: .relaxed) }

    package func localAddress0() throws -> SocketAddress { try known(localAddress) }
    package func remoteAddress0() throws -> SocketAddress { try known(remoteAddress) }

    private func known(_ address: SocketAddress?) throws -> SocketAddress {
        guard let address else { throw ChannelError.unknownLocalAddress }
        return address
    }

    // The channel is connected and registered when it is made.
    package func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    package func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { register0(promise: promise) }
    package func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { register0(promise: promise) }
    package func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) { register0(promise: promise) }
    package func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        register0(promise: promise)
    }

    // Bytes and errors that no handler takes are dropped.
    package func channelRead0(_ data: NIOAny) {}
    package func errorCaught0(error: any Error) {}
}

// MARK: Options

extension MemoryChannel {
    package var syncOptions: (any NIOSynchronousChannelOptions)? { Options(channel: self) }

    package func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        loop.submit { try Options(channel: self).setOption(option, value: value) }
    }

    package func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        loop.submit { try Options(channel: self).getOption(option) }
    }

    private struct Options: NIOSynchronousChannelOptions {
        let channel: MemoryChannel

        func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws {
            switch (option, value) {
            case (is ChannelOptions.Types.AutoReadOption, let value as Bool): channel.set(autoRead: value)
            default: throw ChannelError.operationUnsupported
            }
        }

        func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
            let value: Any? =
                switch option {
                case is ChannelOptions.Types.AutoReadOption: channel.autoRead
                case is ChannelOptions.Types.AllowRemoteHalfClosureOption: true
                case is ChannelOptions.Types.BufferedWritableBytesOption: channel.output.byteCount
                default: nil
                }
            guard let value = value as? Option.Value else { throw ChannelError.operationUnsupported }
            return value
        }
    }

    private func set(autoRead: Bool) {
        self.autoRead = autoRead
        if autoRead { pipeline.read() } else { input.cancelRequest() }
    }
}
