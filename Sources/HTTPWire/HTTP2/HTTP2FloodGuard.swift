import HTTPTypes
package import NIOCore

/// Counts what a peer sends that asks for nothing and answers nothing, and says when it is too much. A plain value
/// without a clock.
///
/// Nothing of it is forbidden as such, but each frame costs more to take than to send (RFC 9113 section 10.5).
package struct HTTP2FloodGuard: Sendable {
    /// How much is put up with.
    package struct Limits: Sendable {
        /// How many streams may come to nothing within the interval.
        package var abandonedStreams: Int
        /// How many frames may carry nothing within the interval.
        package var controlFrames: Int
        /// Over what time both are counted.
        package var interval: TimeAmount

        /// These limits.
        package init(abandonedStreams: Int, controlFrames: Int, interval: TimeAmount) {
            self.abandonedStreams = abandonedStreams
            self.controlFrames = controlFrames
            self.interval = interval
        }
    }

    /// How many frames that carry nothing a little content accounts for: peers answer it with WINDOW_UPDATE for the stream
    /// and for the connection, and some do so whenever 4 KiB of it have been read, however large the frame was.
    private static let creditPerPiece = 4
    private static let pieceSize = 4_096
    /// How much credit there is at most: for what is on its way through wide windows.
    private static let largestCredit = 16_384

    private let limits: Limits
    private var intervalStart: NIODeadline
    private var abandonedStreams = 0
    /// Those beyond what content accounts for; below zero if that has not been answered yet.
    private var controlFrames = 0

    /// Nothing has come yet.
    package init(_ limits: Limits, now: NIODeadline) {
        self.limits = limits
        self.intervalStart = now
    }

    /// A stream came to nothing.
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

    /// A frame that carries something was sent, which the peer will answer, or has come.
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
