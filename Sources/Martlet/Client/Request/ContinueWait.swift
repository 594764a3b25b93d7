import NIOCore

/// The wait of a request's content until the server asks for it by 100 (Continue), or has taken too long to
/// (RFC 9110 section 10.1.1). A plain value, which cancels the timer that the connection has started.
struct ContinueWait {
    /// Nil when the content does not wait.
    private var timer: Scheduled<Void>?

    /// Whether the content waits.
    var isPending: Bool { timer != nil }

    /// The content waits, until `timer` fires at the latest.
    mutating func begin(until timer: Scheduled<Void>) {
        self.timer = timer
    }

    /// The content no longer waits: it is sent now, or not at all.
    mutating func end() {
        timer?.cancel()
        timer = nil
    }
}
