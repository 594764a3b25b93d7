import NIOCore

/// A channel that can exchange bytes with a handler by plain calls: through the pipeline they would cost a tenth of a
/// small request. Everything else, such as the end of the channel, takes the pipeline.
protocol DirectChannel: Channel {
    /// The handler that gets the bytes; nil to pass them through the pipeline, as long as that has other handlers.
    /// Used on the loop.
    var directHandler: (any DirectChannelHandler)? { get set }
    /// Sends `bytes` after everything that has been written before. Called on the loop.
    func send(_ bytes: consuming ByteBuffer)
    /// Sends `bytes` likewise, and as much of a part of a file as the socket accepts at once.
    ///
    /// - Returns: The rest of the part.
    func send(_ bytes: consuming ByteBuffer, file: CInt, _ part: Range<Int>) -> Range<Int>
}

/// The only handler of a ``DirectChannel``. Members are called on the loop.
protocol DirectChannelHandler: AnyObject {
    func channelRead(_ bytes: ByteBuffer)
    func channelReadComplete()
    /// Whether to read more. If not, the handler asks for it by itself, in time.
    func channelAsksToRead() -> Bool
}
