import NIOCore

/// The state machine of a client's HTTP/2 connection: whether it takes requests, and how it ends. A plain value without
/// streams, sockets and clocks: tell it what happens, and do what it returns.
struct HTTP2ClientMachine {
    /// The step to take when a stream has ended, or was not opened for the request that the pool gave.
    enum StreamStep {
        /// The pool does not know of the connection.
        case nothing
        /// Tell the pool, which may have another request.
        case tellPool
        /// The same, and close the connection if there is no other request.
        case tellPoolAndClose
    }

    /// The step to take at the end of the channel.
    enum CloseStep {
        /// It was closed before.
        case nothing
        /// The connection has not become the pool's.
        case end
        /// Tell the pool.
        case endInPool
    }

    /// The step to take when time has passed.
    enum DeadlineStep {
        case nothing
        /// The connection has been idle for too long.
        case closeIdle
        /// The socket has taken too long to accept the last output.
        case abort
        /// See whether the server keeps an exchange waiting for too long.
        case checkStreams
    }

    private enum Phase {
        case open
        /// No further requests are sent: the server has sent GOAWAY, or the stream numbers are used up.
        case leaving
        /// The last frame has been written; what the server still sends is dropped.
        ///
        /// - since: When that was, if the socket had no room for it.
        case closing(since: NIODeadline?)
        case closed
    }

    /// How many streams a server accepts before it announces a limit (RFC 9113 section 6.5.2 recommends at least that).
    static let initialCapacity = 100
    /// How long the socket may take to accept the last output.
    static let goodbyeTime = TimeAmount.seconds(1)

    private var phase = Phase.open
    /// How many concurrent streams the server accepts.
    private(set) var capacity = Self.initialCapacity
    /// How many requests of users the connection has carried.
    private var requestCount = 0
    /// Whether the pool knows of the connection. One that closes before has failed to connect.
    private var isPooled = false
    /// When the last stream ended.
    private var idleSince: NIODeadline

    init(at now: NIODeadline) {
        self.idleSince = now
    }

    // MARK: State

    /// Whether frames are accepted and sent.
    var isActive: Bool {
        switch phase {
        case .open, .leaving: true
        case .closing, .closed: false
        }
    }

    /// Whether the connection has carried a request before.
    var isReused: Bool { requestCount > 0 }

    private var isOpen: Bool { if case .open = phase { true } else { false } }

    // MARK: Requests

    /// Whether a request can be started.
    ///
    /// - Parameter streamCount: How many streams are open.
    func mayBegin(streamCount: Int) -> Bool {
        isOpen && streamCount < capacity
    }

    /// A request begins.
    mutating func begin() {
        requestCount += 1
    }

    /// A stream has ended, or was not opened.
    ///
    /// - Parameter isIdle: Whether no stream is open.
    mutating func streamEnded(isIdle: Bool, at now: @autoclosure () -> NIODeadline) -> StreamStep {
        guard isPooled else { return .nothing }
        guard isIdle else { return .tellPool }
        idleSince = now()
        return if case .leaving = phase { .tellPoolAndClose } else { .tellPool }
    }

    // MARK: The pool

    /// The connection has been made. False when it can't be used any more.
    mutating func join(at now: NIODeadline) -> Bool {
        guard isOpen else { return false }
        isPooled = true
        idleSince = now
        return true
    }

    /// The server has announced how many concurrent streams it accepts. Returns whether to tell the pool.
    mutating func setCapacity(_ capacity: Int) -> Bool {
        self.capacity = capacity
        return isPooled && isOpen
    }

    /// No further requests are sent. Returns whether to tell the pool.
    mutating func leave() -> Bool {
        guard isOpen else { return false }
        phase = .leaving
        return isPooled
    }

    // MARK: The end

    /// The last frame is being written.
    mutating func close() {
        if isActive { phase = .closing(since: nil) }
    }

    /// The socket has no room for the last frame.
    mutating func awaitRoom(since now: NIODeadline) {
        if case .closing = phase { phase = .closing(since: now) }
    }

    /// The channel is closed.
    mutating func channelClosed() -> CloseStep {
        if case .closed = phase { return .nothing }
        phase = .closed
        return isPooled ? .endInPool : .end
    }

    /// Checks whether something takes too long.
    ///
    /// - Parameter isIdle: Whether no stream is open.
    func checkDeadlines(at now: NIODeadline, idleTimeout: TimeAmount?, isIdle: Bool) -> DeadlineStep {
        switch phase {
        case .closing(let since?):
            return now - since >= Self.goodbyeTime ? .abort : .nothing
        case .closing, .closed:
            return .nothing
        case .open, .leaving:
            guard isIdle else { return .checkStreams }
            guard let idleTimeout, now - idleSince >= idleTimeout else { return .nothing }
            return .closeIdle
        }
    }
}
