import HTTPWire
import NIOCore

/// How much a server may send over HTTP/2, and what it is told about that at the beginning.
struct HTTP2ClientLimits {
    /// How many frames a head may have.
    private static let maximumContinuations = 16
    /// How many cancelled streams are remembered, for which frames may still arrive.
    private static let historyCapacity = 1_024
    /// Some servers measure the round-trip time with a PING for each stream.
    private static let flood = HTTP2FloodGuard.Limits(
        abandonedStreams: 1_000,
        controlFrames: 1_000,
        interval: .seconds(10)
    )

    /// How many bytes of one response may wait for their reader.
    let streamWindow: Int
    /// How many bytes of all responses together may be on their way.
    private let connectionWindow: Int
    private let headLimits: HeadLimits
    private let bodyLimits: BodyLimits

    init(_ configuration: HTTPClient.Configuration) {
        self.streamWindow = configuration.http2.streamWindow.asWindow
        self.connectionWindow = configuration.http2.connectionWindow.asWindow
        self.headLimits = configuration.headLimits
        self.bodyLimits = configuration.bodyLimits
    }

    /// Makes the multiplexer of a connection.
    func makeMultiplexer(now: NIODeadline) -> HTTP2Multiplexer<HTTP2ClientStream> {
        let decoder = HTTP2MessageDecoder(headLimits: headLimits, bodyLimits: bodyLimits)
        return HTTP2Multiplexer(
            of: .server,
            frames: HTTP2FrameReader(
                of: .server,
                blockLimit: decoder.listLimit,
                continuationLimit: Self.maximumContinuations
            ),
            decoder: decoder,
            window: connectionWindow,
            streamWindow: streamWindow,
            historyCapacity: Self.historyCapacity,
            flood: Self.flood,
            now: now
        )
    }

    /// Writes the client's preface (RFC 9113 section 3.4), and the windows.
    func writePreface(to buffer: inout ByteBuffer) {
        buffer.writeBytes(HTTP2FrameReader.preface)
        buffer.writeHTTP2Settings([
            (.enablePush, 0),
            (.initialWindowSize, streamWindow),
            (.maximumHeaderListSize, headLimits.headBytes),
        ])
        let increment = connectionWindow - HTTP2Settings.defaultWindow
        if increment > 0 { buffer.writeHTTP2WindowUpdate(stream: 0, increment: increment) }
    }
}

extension Int {
    /// The number, limited to the windows that flow control allows (RFC 9113 section 6.9.1), and no smaller than the
    /// initial one.
    fileprivate var asWindow: Int {
        Swift.min(Swift.max(self, HTTP2Settings.defaultWindow), HTTP2Settings.maximumWindow)
    }
}
