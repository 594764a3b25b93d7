import NIOCore

/// What a client remembers of when a server has sent something on an HTTP/2 connection. A plain value without a clock.
struct HTTP2Arrivals {
    /// When something arrived last.
    private(set) var last: NIODeadline
    /// How many frames have arrived for streams: whether the server gets something done.
    private(set) var count = 0
    /// Nil where silence does not matter.
    private var silence: SilenceWatch?

    /// - Parameters:
    ///   - interval: How long the server may be silent before it is asked for a sign of life; nil when it need not give one.
    ///   - timeout: How long the answer may take.
    init(pingInterval interval: Duration?, timeout: Duration, now: NIODeadline) {
        self.last = now
        self.silence = interval.map {
            SilenceWatch(interval: TimeAmount($0), timeout: TimeAmount(timeout), now: now)
        }
    }

    /// The server has sent something.
    mutating func received(at now: NIODeadline) {
        last = now
        silence?.received(at: now)
    }

    /// A frame has arrived for a stream.
    mutating func receivedFrame() {
        count += 1
    }

    /// What is to be done about a silence; nil where it does not matter.
    mutating func checkSilence(at now: NIODeadline) -> SilenceWatch.Step? {
        silence?.check(at: now)
    }
}
