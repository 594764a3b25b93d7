#if os(Linux)
    import CEpoll
    import CLibrary
    import NIOCore
    import Synchronization

    /// A connected stream socket on an ``EpollEventLoop``, as a channel of NIO.
    ///
    /// It is registered once, for edges: a read that leaves memory free, or a write that would block, means that the
    /// next event tells of more.
    final class EpollChannel: EpollSocket, DirectChannel, ChannelCore, @unchecked Sendable {
        // Sendable because every variable is touched only on the thread of `loop`, except for atomics. The variables are
        // exempt from the run-time check for overlapping accesses: none spans a call of foreign code.

        /// When more bytes than `high` wait, the channel is not writable until fewer than `low` do.
        private static let waterMark = (low: 32_768, high: 65_536)
        /// How many reads are made before other sockets have their turn.
        private static let readsPerTurn = 4
        /// The same for writes.
        private static let writesPerTurn = 16

        let loop: EpollEventLoop
        let localAddress: SocketAddress?
        let remoteAddress: SocketAddress?
        private let closed: EventLoopPromise<Void>
        private let active = Atomic(false)
        private let writable = Atomic(true)
        /// Made at once, since it is asked for on any thread.
        private(set) lazy var pipeline = ChannelPipeline(channel: self)

        @exclusivity(unchecked) var directHandler: (any DirectChannelHandler)?
        @exclusivity(unchecked) private var isOpen = true
        @exclusivity(unchecked) private var autoRead = true
        @exclusivity(unchecked) private var input = SocketInput()
        /// Whether the peer neither sends nor receives any more.
        @exclusivity(unchecked) private var isPeerGone = false
        @exclusivity(unchecked) private var isReading = false
        @exclusivity(unchecked) private var isReadScheduled = false
        @exclusivity(unchecked) private var pending = PendingWrites()
        @exclusivity(unchecked) private var acceptsWrites = true
        @exclusivity(unchecked) private var isWriting = false
        @exclusivity(unchecked) private var isWriteScheduled = false
        @exclusivity(unchecked) private var outputEnd = OutputEnd.open

        private enum OutputEnd {
            case open
            /// The pending writes are sent first.
            case closing(EventLoopPromise<Void>?)
            case closed
        }

        private init(_ descriptor: CInt, on loop: EpollEventLoop, local: SocketAddress?, remote: SocketAddress?) {
            self.loop = loop
            self.localAddress = local
            self.remoteAddress = remote
            self.closed = loop.makePromise()
            super.init(descriptor: descriptor)
            _ = pipeline
        }

        /// Makes a channel of a connected socket. Call this on the loop.
        ///
        /// - Parameters:
        ///   - descriptor: The socket, which does not block. It belongs to the channel, also when this throws.
        ///   - initialize: Adds the handlers.
        @discardableResult
        static func adopt(
            _ descriptor: CInt,
            on loop: EpollEventLoop,
            initialize: (EpollChannel) throws -> Void
        ) throws -> EpollChannel {
            let channel = EpollChannel(
                descriptor,
                on: loop,
                local: SystemSocket.socketAddress(of: descriptor, getsockname),
                remote: SystemSocket.socketAddress(of: descriptor, getpeername)
            )
            do {
                try initialize(channel)
                try channel.activate()
            } catch {
                channel.close0(error: error, mode: .all, promise: nil)
                throw error
            }
            return channel
        }

        private func activate() throws {
            guard isOpen else { return }
            pipeline.syncOperations.fireChannelRegistered()
            try loop.add(self, martlet_readable | martlet_writable | martlet_ended | martlet_edges)
            active.store(true, ordering: .relaxed)
            pipeline.syncOperations.fireChannelActive()
            if autoRead { pipeline.read() }
        }

        // MARK: Events

        override func becameReady(_ events: UInt32) {
            if events & martlet_writable != 0 {
                acceptsWrites = true
                if pending.hasFlushed { writePending() }
            }
            guard isOpen, events & ~martlet_writable != 0 else { return }
            if events & martlet_gone != 0 { isPeerGone = true }
            guard !input.hasEnded else {
                if isPeerGone { readFailed(ECONNRESET) }
                return
            }
            input.becameReadable(ends: events & (martlet_ended | martlet_gone) != 0)
            if input.isWanted { readAvailable() }
        }

        // MARK: Reading

        func read0() {
            guard isOpen, !input.hasEnded else { return }
            input.request()
            // Not at once, since a handler that asks is not prepared for bytes yet.
            if input.mayHaveMore, !isReading { scheduleRead() }
        }

        private func scheduleRead() {
            guard !isReadScheduled else { return }
            isReadScheduled = true
            loop._executeIsolatedUnsafeUnchecked {
                self.isReadScheduled = false
                if self.isOpen, self.input.isWanted { self.readAvailable() }
            }
        }

        private func readAvailable() {
            guard !isReading, !input.hasEnded else { return }
            isReading = true
            var hasRead = false
            var failure: CInt?
            for _ in 0..<Self.readsPerTurn {
                guard input.mayHaveMore, isOpen else { break }
                let size = input.readsMuch ? ReadMemory.largeSize : ReadMemory.smallSize
                switch loop.readMemory.read(from: descriptor, isLarge: input.readsMuch) {
                case .bytes(let bytes):
                    input.received(bytes.readableBytes, of: size)
                    hasRead = true
                    deliver(bytes)
                case .end:
                    input.receivedEnd()
                case .wouldBlock:
                    input.receivedNothing()
                case .failed(let code):
                    input.receivedNothing()
                    failure = code
                }
            }
            if hasRead, isOpen { delivered() }
            isReading = false
            guard isOpen else { return }
            if let failure { return readFailed(failure) }
            if input.hasEnded { return endInput() }
            if hasRead, autoRead { askToRead() }
            if input.mayHaveMore, input.isEnding, isOpen { scheduleRead() }
        }

        private func deliver(_ bytes: ByteBuffer) {
            if let directHandler {
                directHandler.channelRead(bytes)
            } else {
                pipeline.syncOperations.fireChannelRead(NIOAny(bytes))
            }
        }

        private func delivered() {
            if let directHandler {
                directHandler.channelReadComplete()
            } else {
                pipeline.syncOperations.fireChannelReadComplete()
            }
        }

        private func askToRead() {
            guard let directHandler else { return pipeline.read() }
            if directHandler.channelAsksToRead() { read0() }
        }

        private func readFailed(_ code: CInt) {
            let error = IOError(errnoCode: code, reason: "read")
            pipeline.syncOperations.fireErrorCaught(error)
            if isOpen { close0(error: error, mode: .all, promise: nil) }
        }

        private func endInput() {
            input.cancelRequest()
            if case .closed = outputEnd { return close0(error: ChannelError.eof, mode: .all, promise: nil) }
            pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            if isPeerGone, isOpen { readFailed(ECONNRESET) }
        }

        // MARK: Writing

        func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
            guard isOpen else {
                promise?.fail(ChannelError.ioOnClosedChannel)
                return
            }
            guard case .open = outputEnd else {
                promise?.fail(ChannelError.outputClosed)
                return
            }
            append(unwrapData(data, as: IOData.self), promise)
        }

        func send(_ bytes: consuming ByteBuffer) {
            guard isOpen, case .open = outputEnd else { return }
            if pending.isEmpty, acceptsWrites, !isWriting {
                switch PendingWrites.send(bytes, to: descriptor) {
                case .sent(bytes.readableBytes): return
                case .sent(let count): bytes.moveReaderIndex(forwardBy: count)
                case .wouldBlock: acceptsWrites = false
                case .failed(let code): return writeFailed(code)
                }
            }
            append(.byteBuffer(bytes), nil)
            flush0()
        }

        func send(_ bytes: consuming ByteBuffer, file: CInt, _ part: Range<Int>) -> Range<Int> {
            let nothing = part.upperBound..<part.upperBound
            guard isOpen, case .open = outputEnd else { return nothing }
            var result = PendingWrites.Result.sent(0)
            if pending.isEmpty, acceptsWrites, !isWriting {
                result = PendingWrites.send(bytes, to: descriptor, precedesMore: true)
                if case .sent(bytes.readableBytes) = result {
                    result = PendingWrites.send(file, part, to: descriptor)
                    if case .sent(let count) = result { return part.dropFirst(count) }
                    bytes.clear()
                }
            }
            switch result {
            case .sent(let count): bytes.moveReaderIndex(forwardBy: count)
            case .wouldBlock: acceptsWrites = false
            case .failed(let code):
                writeFailed(code)
                return nothing
            }
            if bytes.readableBytes > 0 { append(.byteBuffer(bytes), nil) }
            return part
        }

        private func append(_ data: IOData, _ promise: EventLoopPromise<Void>?) {
            pending.append(data, promise)
            if pending.byteCount > Self.waterMark.high { report(isWritable: false) }
        }

        func flush0() {
            pending.flush()
            if acceptsWrites, pending.hasFlushed { writePending() }
        }

        private func writePending() {
            guard !isWriting else { return }
            isWriting = true
            var calls = 0
            while isOpen, acceptsWrites, pending.hasFlushed {
                guard calls < Self.writesPerTurn else {
                    scheduleWrite()
                    break
                }
                calls += 1
                switch pending.send(to: descriptor) {
                case .sent(let count): sent(count)
                case .wouldBlock: acceptsWrites = false
                case .failed(let code): writeFailed(code)
                }
            }
            isWriting = false
            guard isOpen else { return }
            if case .closing(let promise) = outputEnd, pending.isEmpty { endOutput(promise) }
        }

        private func scheduleWrite() {
            guard !isWriteScheduled else { return }
            isWriteScheduled = true
            loop._executeIsolatedUnsafeUnchecked {
                self.isWriteScheduled = false
                if self.isOpen, self.pending.hasFlushed { self.writePending() }
            }
        }

        private func sent(_ count: Int) {
            var count = count
            repeat {
                let (isWhole, promise) = pending.takeSent(&count)
                guard isWhole else { break }
                promise?.succeed()
            } while count > 0
            if isOpen, pending.byteCount < Self.waterMark.low { report(isWritable: true) }
        }

        /// The peer may have sent an answer before it refused to read more, which is delivered first.
        private func writeFailed(_ code: CInt) {
            input.becameReadable(ends: true)
            while input.mayHaveMore, isOpen, !isReading { readAvailable() }
            if isOpen { close0(error: IOError(errnoCode: code, reason: "write"), mode: .all, promise: nil) }
        }

        private func report(isWritable: Bool) {
            guard writable.load(ordering: .relaxed) != isWritable else { return }
            writable.store(isWritable, ordering: .relaxed)
            pipeline.syncOperations.fireChannelWritabilityChanged()
        }

        private func endOutput(_ promise: EventLoopPromise<Void>?) {
            outputEnd = .closed
            if shutdown(descriptor, CInt(SHUT_WR)) == 0 {
                promise?.succeed()
            } else {
                promise?.fail(IOError(errnoCode: errno, reason: "shutdown"))
            }
            pipeline.fireUserInboundEventTriggered(ChannelEvent.outputClosed)
        }

        // MARK: Closing

        func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
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
                guard case .open = outputEnd else {
                    promise?.fail(ChannelError.outputClosed)
                    return
                }
                outputEnd = .closing(promise)
                if pending.isEmpty { endOutput(promise) }
            case .input:
                promise?.fail(ChannelError.operationUnsupported)
            }
        }

        /// Lets the peer know at once, when the channel is closed, that nothing more it sends will be read.
        func resetOnClose() {
            if isOpen { _ = martlet_reset_on_close(descriptor) }
        }

        private func closeAll(_ error: any Error, _ promise: EventLoopPromise<Void>?) {
            let wasActive = active.exchange(false, ordering: .relaxed)
            isOpen = false
            input.cancelRequest()
            loop.remove(self)
            SystemSocket.close(descriptor)
            while case (true, let promise) = pending.takeUnsent() { promise?.fail(error) }
            if case .closing(let promise) = outputEnd { promise?.fail(error) }
            outputEnd = .closed
            promise?.succeed()
            if wasActive { pipeline.syncOperations.fireChannelInactive() }
            pipeline.syncOperations.fireChannelUnregistered()
            // Later, since a handler may be in the middle of an event.
            loop._executeIsolatedUnsafeUnchecked {
                self.directHandler = nil
                self.removeHandlers(pipeline: self.pipeline)
                self.closed.succeed()
            }
        }

        // MARK: NIO's requirements

        var allocator: ByteBufferAllocator { ByteBufferAllocator() }
        var closeFuture: EventLoopFuture<Void> { closed.futureResult }
        var parent: (any Channel)? { nil }
        var eventLoop: any EventLoop { loop }
        var _channelCore: any ChannelCore { self }
        var isActive: Bool { active.load(ordering: .relaxed) }
        var isWritable: Bool { writable.load(ordering: .relaxed) }

        func localAddress0() throws -> SocketAddress { try known(localAddress) }
        func remoteAddress0() throws -> SocketAddress { try known(remoteAddress) }

        private func known(_ address: SocketAddress?) throws -> SocketAddress {
            guard let address else { throw ChannelError.unknownLocalAddress }
            return address
        }

        // The socket is connected and registered when the channel is made.
        func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
        func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { register0(promise: promise) }
        func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { register0(promise: promise) }
        func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) { register0(promise: promise) }
        func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) { register0(promise: promise) }

        // Bytes and errors that no handler takes are dropped.
        func channelRead0(_ data: NIOAny) {}
        func errorCaught0(error: any Error) {}
    }

    // MARK: Options

    extension EpollChannel {
        var syncOptions: (any NIOSynchronousChannelOptions)? { Options(channel: self) }

        func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
            loop.submit { try Options(channel: self).setOption(option, value: value) }
        }

        func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
            loop.submit { try Options(channel: self).getOption(option) }
        }

        private struct Options: NIOSynchronousChannelOptions {
            let channel: EpollChannel

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
                    case is ChannelOptions.Types.BufferedWritableBytesOption: channel.pending.byteCount
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
#endif
