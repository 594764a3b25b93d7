import HTTPTypes
import HTTPWire
import NIOCore

/// A server's side of one connection of HTTP/1: it reads a request and its content, lets it be answered, and reads
/// the next one, or closes. A plain value without a clock or a channel: it takes events, and returns what is to be
/// done.
///
/// The response is written by a ``ResponseWriter``; whether the connection can be used after it is decided here alone.
struct HTTP1ServerMachine {
    /// The next step, after bytes have arrived.
    enum Step {
        /// Nothing before something else happens.
        case none
        /// A request has come: make an exchange of it and call ``begin(_:requestLimit:)``.
        case request(RequestHead)
        /// Give the bytes to the reader of the content.
        case content(ByteBuffer)
        /// The content is complete.
        case contentEnd(trailers: HTTPFields)
        /// The content can't be understood, nor anything behind it.
        case malformedContent(HTTPParseError)
        /// The client has left before the end of its request, so that no response can be what it has asked for: cancel
        /// the handler.
        case cutOff
        /// The rest of the content of a request that was answered has been dropped; the next one can begin.
        case drained
        /// Wait for a head, or for the rest of one.
        case awaitHead(hasBegun: Bool)
        /// Answer what can't be understood, and close.
        case refuse(HTTPParseError)
        /// Close after what has been written, and leave the client that long to close its half.
        case close(lingering: TimeAmount)
    }

    /// The treatment of bytes that have arrived.
    enum Arrival {
        /// Ask for the next step.
        case process
        /// They may be the beginning of HTTP/2, of which more has to come.
        case awaitPreface
        /// The client speaks HTTP/2.
        case becomeHTTP2
    }

    /// The part of the message that is read next.
    enum Reading: Equatable {
        /// The head of a request.
        case head
        /// The content of the request that is being answered.
        case content
        /// The rest of the content of a request that was answered, of which that many bytes are dropped at most.
        case draining(Int)
        /// Nothing: the bytes belong to the handler that has taken the connection.
        case detached
        /// Nothing: the connection ends.
        case closed
    }

    /// How far the response is.
    enum Responding: Equatable {
        /// There is no request.
        case none
        /// A request is being answered.
        case open(Continue)
    }

    /// Whether the client waits for 100 (Continue) before it sends the content (RFC 9110 section 10.1.1).
    enum Continue {
        case notExpected
        case expected
        case sent
    }

    /// Whether another request may follow. It never changes back.
    enum Persistence {
        case persistent
        /// The present request is the last one: it says so, or a limit does, or nothing can follow it.
        case lastRequest
        /// The handler was cancelled because the client may be gone; its task would run further requests cancelled.
        case handlerCancelled
        /// The server is about to close. A request that is on its way is answered, as the last one.
        case serverLeaves
        /// The server accepts no more requests.
        case serverCloses
    }

    private(set) var reading = Reading.head
    private(set) var responding = Responding.none
    private(set) var persistence = Persistence.persistent
    private var reader: HTTP1RequestReader
    /// Whether the first bytes may be the preface of HTTP/2.
    private var mayBecomeHTTP2: Bool
    private var requestCount = 0
    /// Whether something has arrived behind the head of the present request.
    private var hasContentArrived = false
    private var hasPeerClosed = false
    /// Whether a head is awaited, and nothing has happened since that was said.
    private var isAwaitingHead = false

    /// - Parameter mayBecomeHTTP2: Whether a client may begin with the preface of HTTP/2.
    init(headLimits: HeadLimits, bodyLimits: BodyLimits, mayBecomeHTTP2: Bool) {
        self.reader = HTTP1RequestReader(headLimits: headLimits, bodyLimits: bodyLimits)
        self.mayBecomeHTTP2 = mayBecomeHTTP2
    }

    // MARK: What is asked

    // Inlined, so that a connection asks without a copy of the whole machine.

    /// Whether the next step may begin a request.
    @inline(__always)
    var awaitsHead: Bool { reading == .head && responding == .none }

    /// Whether content of the present request is still to be read.
    @inline(__always)
    var isReadingContent: Bool { reading == .content }

    /// Whether no request is being answered; the content of the last one may still arrive.
    var isBetweenRequests: Bool { responding == .none }

    /// Whether a connection on which nothing has arrived yet stays open.
    private var awaitsMore: Bool { persistence == .persistent || persistence == .serverLeaves }

    /// The part of the refused head that has arrived.
    var refusedHead: RequestHead { reader.refusedHead }

    /// Whether the client has left before the end of its request.
    @inline(__always)
    var isCutOff: Bool { hasPeerClosed && reader.isInsideRequest }

    /// Whether there is room for more than has arrived.
    ///
    /// - Parameter wantsContent: Whether the reader of the content has room.
    @inline(__always)
    func hasRoom(wantsContent: @autoclosure () -> Bool) -> Bool {
        isReadingContent ? wantsContent() : reader.bufferedBytes < BodyStream.highWaterMark
    }

    /// The event that the connection waits for.
    ///
    /// - Parameter isBodyStarving: Whether the handler waits for content.
    @inline(__always)
    func wait(isBodyStarving: Bool) -> ConnectionTiming.Wait {
        switch (reading, responding) {
        case (.detached, _), (.closed, _): .nothing
        case (.content, .open): isBodyStarving ? .content : .handler
        case (_, .open): .handler
        case (.head, .none): .request
        case (.content, .none), (.draining, .none): .content
        }
    }

    // MARK: What arrives

    mutating func receive(_ bytes: ByteBuffer) -> Arrival {
        hasContentArrived = true
        isAwaitingHead = false
        reader.append(bytes)
        guard mayBecomeHTTP2 else { return .process }
        let preface = HTTP2FrameReader.preface
        let count = min(reader.bufferedBytes, preface.count)
        guard reader.starts(with: preface.prefix(count)) else {
            mayBecomeHTTP2 = false
            return .process
        }
        return count == preface.count ? .becomeHTTP2 : .awaitPreface
    }

    /// Takes one step with what has arrived.
    ///
    /// Inlined, so that a head is not copied on its way.
    ///
    /// - Parameter wantsContent: Whether the reader of the content has room.
    @inline(__always)
    mutating func next(wantsContent: Bool) -> Step {
        switch reading {
        case .head: responding == .none && !isAwaitingHead ? nextHead() : .none
        // After the client's end no more comes: that content is incomplete must not wait for its reader.
        case .content: wantsContent || hasPeerClosed ? nextContent() : .none
        case .draining(let allowance): drain(allowance)
        case .detached, .closed: .none
        }
    }

    @inline(__always)
    private mutating func nextHead() -> Step {
        switch reader.next() {
        case .head(let head):
            return .request(head)
        case .needsMoreBytes:
            if hasPeerClosed, reader.isInsideHead {
                return .refuse(HTTPParseError(.truncatedHead, at: reader.bufferedBytes))
            }
            guard !hasPeerClosed, awaitsMore else { return close() }
            isAwaitingHead = true
            return .awaitHead(hasBegun: reader.isInsideHead)
        case .failed(let error):
            return .refuse(error)
        case .content, .end:
            return .none
        }
    }

    private mutating func nextContent() -> Step {
        switch reader.next() {
        case .content(let bytes):
            return .content(bytes)
        case .end(let trailers):
            reading = .head
            return .contentEnd(trailers: trailers)
        case .needsMoreBytes:
            return hasPeerClosed ? .cutOff : .none
        case .failed(let error):
            return .malformedContent(error)
        case .head:
            return .none
        }
    }

    private mutating func drain(_ allowance: Int) -> Step {
        var left = allowance
        while true {
            switch reader.next() {
            case .content(let bytes):
                left -= bytes.readableBytes
                guard left >= 0 else { return close() }
                reading = .draining(left)
            case .end:
                reading = .head
                return .drained
            case .needsMoreBytes:
                return hasPeerClosed ? close() : .none
            case .failed, .head:
                return close()
            }
        }
    }

    /// The client will send no more. It may be gone, or wait for its responses: TCP says the same of both.
    mutating func peerClosed() -> Step {
        hasPeerClosed = true
        isAwaitingHead = false
        return isReadingContent && reader.bufferedBytes == 0 ? .cutOff : .none
    }

    // MARK: A request and its response

    /// The request of the last step is answered from now on.
    ///
    /// - Parameter requestLimit: How many requests the connection may carry.
    /// - Returns: How many bytes have arrived behind the head.
    @discardableResult
    mutating func begin(_ head: borrowing RequestHead, requestLimit: Int?) -> Int {
        requestCount += 1
        isAwaitingHead = false
        responding = .open(head.expectsContinue ? .expected : .notExpected)
        let arrived = reader.bufferedBytes
        hasContentArrived = arrived > 0
        if reader.isInsideRequest { reading = .content }
        // After a refused CONNECT, what the client sent for its tunnel would be read as requests.
        if !head.isPersistent || requestCount >= requestLimit ?? .max || head.method == .connect { endAfterResponse() }
        return arrived
    }

    /// Bytes that can't be understood, or come too late, are answered from now on.
    mutating func beginRefusal() {
        responding = .open(.notExpected)
        endAfterResponse()
    }

    /// A handler waits for content, or has taken some. Whether to tell the client to send it.
    ///
    /// - Parameter isHeadWritten: Whether the response has begun, which tells the client enough.
    mutating func contentIsWanted(isHeadWritten: Bool) -> Bool {
        guard responding == .open(.expected), !isHeadWritten else { return false }
        responding = .open(.sent)
        // A client that has begun to send has given up waiting (RFC 9110 section 10.1.1).
        return isReadingContent && !hasContentArrived
    }

    /// Whether the head of a response that is written now has to say that the connection closes.
    ///
    /// - Parameter unreadLength: How much content the request announces, if no handler reads it.
    /// - Parameter drainLimit: How much is read for the sake of the connection.
    @inline(__always)
    func mustClose(unreadLength: @autoclosure () -> Int, drainLimit: @autoclosure () -> Int) -> Bool {
        guard persistence == .persistent else { return true }
        guard isReadingContent else { return false }
        // The client that is never told to send its content may send it all the same or leave it out (RFC 9110 section
        // 10.1.1), so where the next request begins can't be known.
        return responding == .open(.expected) && !hasContentArrived || unreadLength() > drainLimit()
    }

    /// The response is complete, and its handler has returned.
    ///
    /// - Parameters:
    ///   - mustClose: Whether the response is one that nothing can follow.
    ///   - mayReceiveMore: Whether the client may not expect that the connection closes.
    ///   - drainLimit: How much of the rest of the request's content is read for the sake of the connection.
    mutating func exchangeEnded(mustClose: Bool, mayReceiveMore: Bool, drainLimit: Int) -> Step {
        responding = .none
        isAwaitingHead = false
        if mustClose { endAfterResponse() }
        // A client that has not been told may have sent another request.
        guard persistence == .persistent || persistence == .serverLeaves && !mustClose else {
            return close(mayReceiveMore: mayReceiveMore)
        }
        if isReadingContent { reading = .draining(drainLimit) }
        return .none
    }

    private mutating func endAfterResponse() {
        if persistence == .persistent { persistence = .lastRequest }
    }

    // MARK: The end

    /// The server is about to close: a request that comes all the same is the last one, and its response says so.
    mutating func serverLeaves() {
        if persistence == .persistent { persistence = .serverLeaves }
    }

    /// The server accepts no more requests. What is to be done if none is being answered.
    mutating func serverCloses() -> Step {
        persistence = .serverCloses
        return responding == .none ? close() : .none
    }

    /// The handler was cancelled, because the client may be gone.
    mutating func handlerCancelled() {
        if persistence != .serverCloses { persistence = .handlerCancelled }
    }

    /// Reads no more.
    ///
    /// - Parameter mayReceiveMore: Whether the client may not expect that the connection closes.
    mutating func close(mayReceiveMore: Bool = false) -> Step {
        guard reading != .closed, reading != .detached else { return .none }
        reading = .closed
        return .close(
            lingering: reader.hasUnreadInput
                ? LingeringClose.time : mayReceiveMore ? LingeringClose.shortTime : .zero
        )
    }

    /// The channel is closed.
    mutating func closed() {
        reading = .closed
        responding = .none
        hasPeerClosed = true
    }

    /// The connection is another protocol's: the handler's, or HTTP/2. What has arrived of it.
    mutating func detach() -> ByteBuffer {
        reading = .detached
        responding = .none
        return reader.takeRemaining()
    }
}
