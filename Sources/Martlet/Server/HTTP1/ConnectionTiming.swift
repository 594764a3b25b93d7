import NIOCore

/// Keeps the times of a connection, and checks its deadlines. A plain value without a clock.
struct ConnectionTiming {
    /// A deadline that has passed.
    enum Violation: Equatable {
        /// No request came for too long.
        case idle
        /// The head of a request takes too long.
        case slowHead
        /// The content of a request arrives too slowly.
        case slowContent
        /// The client accepts nothing of what is sent to it.
        case stalledOutput
        /// The handler takes too long.
        case slowHandler
        /// The client has finished sending, and nothing was sent to it for too long: it may be gone.
        case silentHandler
    }

    /// The event that a connection is waiting for.
    enum Wait {
        case request
        case content
        case handler
        /// A handler whose response has no end of its own, so that its time is not limited.
        case endlessHandler
        case nothing
    }

    /// Whether part of a head has arrived.
    var isInsideHead = false {
        didSet {
            if isInsideHead != oldValue { waitingSince = nil }
        }
    }
    /// How many bytes have arrived since the head of the current request.
    private(set) var contentBytes = 0
    private var isFirstRequest = true
    /// When the current wait for the client was first noticed.
    private var waitingSince: NIODeadline?
    private var wait = Wait.nothing
    private var waitStartBytes = 0
    private var stalledSince: NIODeadline?
    private var stalledBytes = 0
    private var requestStart: NIODeadline
    /// Since when nothing has been sent to a client that has finished sending. If the client is gone, its system
    /// answers what is sent with a reset; so once something has been sent without one, the client is there.
    private var silentSince: NIODeadline?

    init(openedAt: NIODeadline) {
        self.requestStart = openedAt
        self.waitingSince = openedAt
        self.wait = .request
    }

    mutating func received(_ bytes: Int) {
        contentBytes &+= bytes
    }

    mutating func beganRequest(at now: NIODeadline) {
        isFirstRequest = false
        isInsideHead = false
        contentBytes = 0
        requestStart = now
        wait = .nothing
        waitingSince = nil
    }

    /// For how long no request has come, as far as the checks have noticed; zero within one.
    func idleTime(at now: NIODeadline) -> TimeAmount {
        guard wait == .request, !isInsideHead, let waitingSince else { return .zero }
        return now - waitingSince
    }

    mutating func peerFinished(at now: NIODeadline) {
        silentSince = now
    }

    mutating func sent() {
        silentSince = nil
    }

    /// Checks whether a deadline has passed.
    ///
    /// - Parameters:
    ///   - wait: What the connection is waiting for.
    ///   - unsentBytes: How many bytes the socket has not accepted yet.
    mutating func check(
        now: NIODeadline,
        wait: Wait,
        unsentBytes: Int,
        configuration: borrowing HTTPServer.Configuration
    ) -> Violation? {
        if isStalled(now: now, unsentBytes: unsentBytes, timeout: configuration.writeTimeout) { return .stalledOutput }
        if wait != self.wait {
            self.wait = wait
            waitingSince = nil
            waitStartBytes = contentBytes
        }
        let since = waitingSince ?? now
        if waitingSince == nil { waitingSince = now }
        let waited = now - since
        switch wait {
        case .request:
            if isInsideHead || isFirstRequest {
                return exceeds(waited, configuration.headTimeout) ? .slowHead : nil
            }
            return exceeds(waited, configuration.idleTimeout) ? .idle : nil
        case .content:
            if exceeds(now - requestStart, configuration.handlerTimeout) { return .slowHandler }
            guard let rate = configuration.minimumBodyRate, exceeds(waited, configuration.bodyRateGracePeriod) else {
                return nil
            }
            let expected = Double(rate) * Double(waited.nanoseconds) / 1e9
            guard Double(contentBytes - waitStartBytes) < expected else {
                // Fast enough on the whole. A client must not rely on that for ever, so the count starts over.
                waitingSince = now
                waitStartBytes = contentBytes
                return nil
            }
            return .slowContent
        case .handler:
            if exceeds(now - requestStart, configuration.handlerTimeout) { return .slowHandler }
            return isSilent(now: now, configuration.halfCloseGracePeriod) ? .silentHandler : nil
        case .endlessHandler:
            return isSilent(now: now, configuration.halfCloseGracePeriod) ? .silentHandler : nil
        case .nothing:
            return nil
        }
    }

    /// Whether nothing was sent for too long to a client that has finished sending. True once.
    private mutating func isSilent(now: NIODeadline, _ period: Duration?) -> Bool {
        guard let silentSince, exceeds(now - silentSince, period) else { return false }
        self.silentSince = nil
        return true
    }

    private mutating func isStalled(now: NIODeadline, unsentBytes: Int, timeout: Duration?) -> Bool {
        guard unsentBytes > 0 else {
            stalledSince = nil
            return false
        }
        if stalledSince == nil || unsentBytes != stalledBytes {
            stalledSince = now
            stalledBytes = unsentBytes
        }
        return exceeds(now - (stalledSince ?? now), timeout)
    }

    private func exceeds(_ waited: TimeAmount, _ limit: Duration?) -> Bool {
        limit.map { waited > TimeAmount($0) } ?? false
    }
}
