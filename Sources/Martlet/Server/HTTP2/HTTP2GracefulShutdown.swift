import NIOCore

/// The graceful shutdown of a server's HTTP/2 connection (RFC 9113 section 6.8): the client is told to send no more
/// requests and, once it knows, which one was the last. A plain value without a clock.
struct HTTP2GracefulShutdown {
    /// The step to take once no stream is left.
    enum Step: Equatable {
        /// Wait for further requests.
        case wait
        /// Tell the client which request was the last one, and close.
        case announceAndClose
        /// Close: the client has been told.
        case close
    }

    private enum Stage: Equatable {
        case none
        /// The client has been told to send no more requests; those that it sent meanwhile are still to arrive.
        case announced(at: NIODeadline)
        /// The client has been told which request was the last.
        case final
    }

    /// How long the client may take to answer the announcement.
    private static let answerTime = TimeAmount.seconds(1)

    private var stage = Stage.none
    private var requestCount = 0
    private var isPeerLeaving = false
    /// Whether no complete frame is left to process.
    private(set) var isInputUsedUp = true

    /// Whether the client has been told to send no more requests.
    var hasBegun: Bool { stage != .none }

    // MARK: This end

    /// A request has begun. Returns whether it is the last one that the connection should carry.
    mutating func beganRequest(limit: Int?) -> Bool {
        requestCount += 1
        return limit.map { requestCount >= $0 } ?? false
    }

    /// Begins to end the connection; false when that has begun already.
    mutating func announce(at now: NIODeadline) -> Bool {
        guard stage == .none else { return false }
        stage = .announced(at: now)
        return true
    }

    /// The client knows; false when it was not told, or has been told the last request.
    mutating func announceLast() -> Bool {
        guard case .announced = stage else { return false }
        stage = .final
        return true
    }

    /// Whether the client's time to answer the announcement is up.
    func isOverdue(at now: NIODeadline) -> Bool {
        if case .announced(let since) = stage { now - since > Self.answerTime } else { false }
    }

    // MARK: The client's end

    /// The client opens no more streams; the open ones continue.
    mutating func peerLeaves() {
        isPeerLeaving = true
    }

    /// A frame has arrived.
    mutating func receivedFrame() {
        isInputUsedUp = false
    }

    /// No complete frame is left; false when that was so before.
    mutating func usedUpInput() -> Bool {
        defer { isInputUsedUp = true }
        return !isInputUsedUp
    }

    // MARK: The end

    /// The step to take once no stream is left.
    ///
    /// - Parameter hasPeerClosed: Whether the client has closed its half.
    func lastStep(hasPeerClosed: Bool) -> Step {
        if stage == .final { return .close }
        return isPeerLeaving || (hasPeerClosed && isInputUsedUp) ? .announceAndClose : .wait
    }
}
