import HTTPTypes
package import NIOCore

/// Counts useless frames and abandoned streams, and decides when there are too many. A plain value without a clock.
///
/// None of these is forbidden as such, but each frame costs more to process than to send (RFC 9113 section 10.5).
package struct HTTP2FloodGuard: Sendable {
    /// How many are tolerated.
    package struct Limits: Sendable {
        /// How many streams may be abandoned within the interval.
        package var abandonedStreams: Int
        /// How many frames may carry nothing within the interval.
        package var controlFrames: Int
        /// The period over which both are counted.
        package var interval: TimeAmount

        /// These limits.
        package init(abandonedStreams: Int, controlFrames: Int, interval: TimeAmount) {
            self.abandonedStreams = abandonedStreams
            self.controlFrames = controlFrames
            self.interval = interval
        }
    }

    /// How many frames without content a piece of content accounts for: peers answer it with WINDOW_UPDATE for the
    /// stream and for the connection, and some do so for every 4 KiB read, however large the frame was.
    private static let creditPerPiece = 4
    private static let pieceSize = 4_096
    /// The largest credit: for content in transit in large windows.
    private static let largestCredit = 16_384

    private let limits: Limits
    private var intervalStart: NIODeadline
    private var abandonedStreams = 0
    /// How many there were beyond what content accounts for; below zero if that has not been answered yet.
    private var controlFrames = 0

    /// A guard for a new connection.
    package init(_ limits: Limits, now: NIODeadline) {
        self.limits = limits
        self.intervalStart = now
    }

    /// A stream was abandoned.
    package mutating func abandonedStream(now: NIODeadline) throws(HTTP2Error) {
        advance(to: now)
        abandonedStreams += 1
        guard abandonedStreams <= limits.abandonedStreams else {
            throw HTTP2Error(.enhanceYourCalm, "Too many abandoned streams (RFC 9113 section 10.5)")
        }
    }

    /// A frame carried nothing.
    package mutating func controlFrame(now: NIODeadline) throws(HTTP2Error) {
        advance(to: now)
        controlFrames += 1
        guard controlFrames <= limits.controlFrames else {
            throw HTTP2Error(.enhanceYourCalm, "Too many frames without content (RFC 9113 section 10.5)")
        }
    }

    /// A frame with content was sent, which the peer will answer, or has arrived.
    ///
    /// - Parameter byteCount: How much content it has.
    package mutating func credit(_ byteCount: Int = 0) {
        let pieces = max((byteCount + Self.pieceSize - 1) / Self.pieceSize, 1)
        controlFrames = max(controlFrames - pieces * Self.creditPerPiece, -Self.largestCredit)
    }

    private mutating func advance(to now: NIODeadline) {
        guard now - intervalStart > limits.interval else { return }
        intervalStart = now
        abandonedStreams = 0
        controlFrames = min(controlFrames, 0)
    }
}
