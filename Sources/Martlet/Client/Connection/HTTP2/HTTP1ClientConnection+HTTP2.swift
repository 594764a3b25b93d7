import NIOCore
import NIOHTTP2
import Synchronization

/// Becoming an HTTP/2 connection.
extension HTTP1ClientConnection {
    /// Lets a connection that speaks HTTP/2 take this one's place in the channel. Called on the loop, before the first
    /// request.
    ///
    /// - Throws: `HTTPClientError` when the connection is closed already.
    func becomeHTTP2() throws -> HTTP2ClientConnection {
        guard isOpen, current == nil, let context else { throw HTTPClientError.connectionClosed }
        let successor = HTTP2ClientConnection(key: key, core: core, loop: loop, security: security)
        successor.connectTiming.withLock { [timing = connectTiming.withLock { $0 }] in $0 = timing }
        let frames = NIOHTTP2Handler(
            mode: .client,
            frameDelegate: successor,
            connectionConfiguration: Self.connectionConfiguration(core.configuration),
            streamConfiguration: Self.streamConfiguration
        )
        let rest = reader.takeRemaining()
        try context.pipeline.syncOperations.addHandlers(frames, successor)
        leaveToSuccessor()
        if rest.readableBytes > 0 {
            context.fireChannelRead(NIOAny(rest))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        return successor
    }

    private static func connectionConfiguration(
        _ configuration: HTTPClient.Configuration
    ) -> NIOHTTP2Handler.ConnectionConfiguration {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .enablePush, value: 0),
            HTTP2Setting(parameter: .initialWindowSize, value: configuration.http2.streamWindow.asWindow),
            HTTP2Setting(
                parameter: .maxHeaderListSize,
                value: min(max(configuration.headLimits.headBytes, 1), 1 << 30)
            ),
        ]
        // `HTTP2ResponseReader` does both, and says what is wrong.
        connection.headerBlockValidation = .disabled
        connection.contentLengthValidation = .disabled
        // Servers flush nothing now and then; a flood is something else.
        connection.maximumSequentialEmptyDataFrames = 32
        // What still comes for so many streams that were cancelled is no error.
        connection.maximumRecentlyResetStreams = 1024
        // Some servers measure the round trip with a PING for each.
        connection.controlFrameRateLimit.maximumCount = 1000
        connection.controlFrameRateLimit.windowLength = .seconds(10)
        return connection
    }

    private static var streamConfiguration: NIOHTTP2Handler.StreamConfiguration {
        var stream = NIOHTTP2Handler.StreamConfiguration()
        // Servers reset no more streams than the client opens; what is enough to be an attack is a matter of speed only.
        stream.streamResetFrameRateLimit.maximumCount = 4096
        stream.streamResetFrameRateLimit.windowLength = .seconds(1)
        return stream
    }
}
