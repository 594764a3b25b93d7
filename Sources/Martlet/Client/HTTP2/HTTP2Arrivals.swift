import NIOCore

/// Records when a server sends something on an HTTP/2 connection. A plain value without a clock.
struct HTTP2Arrivals {
    /// When something arrived last.
    private(set) var last: NIODeadline
    /// How many frames have arrived for streams, which shows whether the server makes progress.
    private(set) var count = 0
    /// Nil if silence does not matter.
    private var silence: SilenceWatch?

    /// - Parameters:
    ///   - interval: How long the server may be silent before it is pinged; nil if it never is.
    ///   - timeout: How long the answer may take.
    init(pingInterval interval: Duration?, timeout: Duration, now: NIODeadline) {
        self.last = now
        self.silence = interval.map {
            SilenceWatch(interval: TimeAmount($0), timeout: TimeAmount(timeout), now: now)
        }
    }

    /// The server sent something.
    mutating func received(at now: NIODeadline) {
        last = now
        silence?.received(at: now)
    }

    /// A frame has arrived for a stream.
    mutating func receivedFrame() {
        count += 1
    }

    /// The step to take about a silence; nil if it does not matter.
    mutating func checkSilence(at now: NIODeadline) -> SilenceWatch.Step? {
        silence?.check(at: now)
    }
}
