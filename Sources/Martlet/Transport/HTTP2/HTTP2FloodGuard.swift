import HTTPWire
import NIOCore

/// Counts what a client sends without asking for anything, and says when it is too much. A plain value without a clock.
///
/// Nothing of it is forbidden as such, but each frame costs more to take than to send (RFC 9113 section 10.5).
struct HTTP2FloodGuard {
    /// How many WINDOW_UPDATE frames one DATA frame that is sent accounts for: clients send one for the stream and one
    /// for the connection, and some do so for less than a whole frame.
    private static let creditPerFrame = 4

    private var intervalStart: NIODeadline
    private var abandonedStreams = 0
    private var controlFrames = 0

    init(now: NIODeadline) {
        self.intervalStart = now
    }

    /// A stream came to nothing.
    mutating func abandonedStream(
        now: NIODeadline,
        _ configuration: borrowing HTTPServer.HTTP2Configuration
    ) throws(HTTP2Error) {
        advance(to: now, configuration)
        abandonedStreams += 1
        guard abandonedStreams <= configuration.maximumAbandonedStreams else {
            throw HTTP2Error(.enhanceYourCalm, "Too many streams come to nothing (RFC 9113 section 10.5)")
        }
    }

    /// A frame carried nothing.
    mutating func controlFrame(
        now: NIODeadline,
        _ configuration: borrowing HTTPServer.HTTP2Configuration
    ) throws(HTTP2Error) {
        advance(to: now, configuration)
        controlFrames += 1
        guard controlFrames <= configuration.maximumControlFrames else {
            throw HTTP2Error(.enhanceYourCalm, "Too many frames carry nothing (RFC 9113 section 10.5)")
        }
    }

    /// A DATA frame was sent, which the client will answer.
    mutating func sentData() {
        controlFrames = max(controlFrames - Self.creditPerFrame, 0)
    }

    private mutating func advance(to now: NIODeadline, _ configuration: borrowing HTTPServer.HTTP2Configuration) {
        guard now - intervalStart > TimeAmount(configuration.floodInterval) else { return }
        intervalStart = now
        abandonedStreams = 0
        controlFrames = 0
    }
}
