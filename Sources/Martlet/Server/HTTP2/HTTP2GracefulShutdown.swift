import NIOCore

/// How a server's HTTP/2 connection ends in good order (RFC 9113 section 6.8): the client is told to send no more requests,
/// and which was the last once it knows. A plain value without a clock.
struct HTTP2GracefulShutdown {
    /// What is to be done once no stream is left.
    enum Step: Equatable {
        /// Wait for further requests.
        case wait
        /// Tell the client which request was the last, and close.
        case announceAndClose
        /// Close: the client has been told.
        case close
    }

    private enum Stage: Equatable {
        case none
        /// The client has been told to send no more requests; those that it has sent meanwhile are on their way.
        case announced(at: NIODeadline)
        /// The client has been told which request was the last.
        case final
    }

    /// How long the client may take to answer the announcement.
    private static let answerTime = TimeAmount.seconds(1)

    private var stage = Stage.none
    private var requestCount = 0
    private var isPeerLeaving = false
    /// Whether no whole frame waits that has arrived.
    private(set) var isInputUsedUp = true

    /// Whether the client has been told to send no more requests.
    var hasBegun: Bool { stage != .none }

    // MARK: This end

    /// A request has begun. Whether it is the last that the connection should carry.
    mutating func beganRequest(limit: Int?) -> Bool {
        requestCount += 1
        return limit.map { requestCount >= $0 } ?? false
    }

    /// Begins to end the connection; false when it has begun.
    mutating func announce(at now: NIODeadline) -> Bool {
        guard stage == .none else { return false }
        stage = .announced(at: now)
        return true
    }

    /// The client knows; false when it was not told, or has been told which request was the last.
    mutating func announceLast() -> Bool {
        guard case .announced = stage else { return false }
        stage = .final
        return true
    }

    /// Whether the client has had its time to answer the announcement.
    func isOverdue(at now: NIODeadline) -> Bool {
        if case .announced(let since) = stage { now - since > Self.answerTime } else { false }
    }

    // MARK: The client's end

    /// The client opens no more streams; those that are open go on.
    mutating func peerLeaves() {
        isPeerLeaving = true
    }

    /// A frame has arrived.
    mutating func receivedFrame() {
        isInputUsedUp = false
    }

    /// No whole frame is left; false when that was so before.
    mutating func usedUpInput() -> Bool {
        defer { isInputUsedUp = true }
        return !isInputUsedUp
    }

    // MARK: The end

    /// What is to be done once no stream is left.
    ///
    /// - Parameter hasPeerClosed: Whether the client has closed its half.
    func lastStep(hasPeerClosed: Bool) -> Step {
        if stage == .final { return .close }
        return isPeerLeaving || (hasPeerClosed && isInputUsedUp) ? .announceAndClose : .wait
    }
}
