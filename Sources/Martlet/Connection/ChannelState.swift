import NIOCore

/// The state of a connection's channel, and the output for it. A plain value: it calls nothing.
///
/// The connection stores it once and changes it in place.
struct ChannelState {
    /// The connection's place in the channel's pipeline; nil before it is there, and once the channel is closed.
    private(set) var context: ChannelHandlerContext?
    /// The channel, if the connection is its only handler and it can do without the pipeline.
    private(set) var direct: (any DirectChannel)?
    /// Whether the channel is delivering what it has read.
    private(set) var isReading = false
    /// Whether a flush is pending, which will include what is written until then.
    private(set) var isFlushDeferred = false
    /// Whether the channel has asked to read more, and is waiting.
    private(set) var isReadHeldBack = false
    /// Whether the channel is writable, as last reported; asking it costs more.
    private(set) var isWritable = true
    /// Whether the peer will send no more.
    private(set) var hasPeerClosed = false
    /// Whether this side will send no more.
    private(set) var isOutputClosed = false
    /// Whether this side has closed the channel, which TLS may delay.
    private(set) var isClosing = false
    /// Whether an error is about to end the channel.
    private(set) var hasFailed = false
    private var processing = ReentrancyGuard()
    /// The output that is to be written to the channel.
    var output = OutputBuffer()

    /// Whether both sides have finished sending, which ends a channel without an error. Read once it is closed.
    var hasEndedInOrder: Bool { isOutputClosed && !hasFailed }

    mutating func added(to context: ChannelHandlerContext) {
        self.context = context
    }

    /// No other handler is in the pipeline.
    mutating func becameOnlyHandler(_ handler: any DirectChannelHandler) {
        direct = context?.channel as? any DirectChannel
        direct?.directHandler = handler
    }

    /// Other handlers are put in front of the connection.
    mutating func takesPipeline() {
        direct?.directHandler = nil
        direct = nil
    }

    /// The channel is closed, or another handler has taken it over.
    mutating func removed() {
        context = nil
        direct = nil
    }

    // MARK: Reading

    mutating func beganReading() {
        isReading = true
    }

    mutating func endedReading() {
        isReading = false
    }

    mutating func holdBackRead() {
        isReadHeldBack = true
    }

    mutating func releaseRead() {
        isReadHeldBack = false
    }

    mutating func peerClosed() {
        hasPeerClosed = true
    }

    /// Whether what has arrived is being processed.
    @inline(__always)
    var isProcessing: Bool { processing.isRunning }

    /// Whether to process now what has arrived. If that is in progress, it will be done again.
    mutating func beginProcessing() -> Bool {
        processing.begin()
    }

    /// The bytes that have arrived have been processed. Returns whether that must be done again.
    mutating func processesAgain() -> Bool {
        processing.finishPass()
    }

    // MARK: Writing

    mutating func writabilityChanged(to isWritable: Bool) {
        self.isWritable = isWritable
    }

    /// Requests a flush. Returns whether to schedule it: false when one is pending already.
    mutating func deferFlush() -> Bool {
        guard !isFlushDeferred else { return false }
        isFlushDeferred = true
        return true
    }

    /// The flush that was deferred is taking place.
    mutating func endFlushDeferral() {
        isFlushDeferred = false
    }

    /// Takes the output out, to write it: meanwhile the channel may report that it is no longer writable.
    mutating func takeOutput() -> OutputBuffer {
        var taken = OutputBuffer()
        swap(&taken, &output)
        return taken
    }

    /// Puts back what ``takeOutput()`` has taken out, of which no copy is left: its memory is used again. Nothing may
    /// have been appended meanwhile.
    mutating func putBack(_ output: inout OutputBuffer) {
        swap(&self.output, &output)
    }

    mutating func closedOutput() {
        isOutputClosed = true
    }

    mutating func closes() {
        isClosing = true
    }

    mutating func failed() {
        hasFailed = true
    }
}
