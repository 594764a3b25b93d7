import HTTPTypes
import HTTPWire
import NIOCore

/// Decides what the frames of an HTTP/2 connection mean for its streams, and which stream sends next, at either end. A
/// plain value without a channel or a clock.
///
/// Bytes or frames go in, and steps come out, each of which the connection carries out before it asks for the next.
struct HTTP2Multiplexer<Stream: HTTP2Stream> {
    /// The connection's step after a frame.
    enum Step {
        /// Wait: there is no complete frame.
        case needsMoreBytes
        /// Nothing.
        case proceed
        /// Decode the head of a request, which begins a stream.
        case open(UInt32, ByteBuffer, endsStream: Bool)
        /// Decode a field block for an open stream.
        case headers(Stream, ByteBuffer, endsStream: Bool)
        /// Take content for an open stream. It counts for `flowBytes` in the windows.
        case data(Stream, ByteBuffer, flowBytes: Int, endsStream: Bool)
        /// Grow the window of the connection: content was dropped.
        case dropped
        /// End a stream that the peer has reset.
        case reset(Stream, HTTP2ErrorCode)
        /// Let the streams send: the peer has granted room.
        case resumeSending
        /// Acknowledge SETTINGS, and do what they ask for compared with the old ones.
        case settings(replacing: HTTP2Settings)
        /// Answer PING.
        case ping(UInt64)
        case pingAcknowledged(UInt64)
        case goAway(lastStream: UInt32, HTTP2ErrorCode, text: ByteBuffer)
        /// Reset an open stream on which the peer violated the protocol.
        case abandon(Stream, HTTP2Error)
        /// Send RST_STREAM for a stream that is not open.
        case refuse(UInt32, HTTP2Error)
        /// Close the connection, since the peer violated the protocol.
        case close(HTTP2Error)
    }

    private let peer: HTTP2Endpoint
    private var frames: HTTP2FrameReader
    /// Decodes field blocks into messages.
    var decoder: HTTP2MessageDecoder
    private(set) var peerSettings: HTTP2Settings
    private var floodGuard: HTTP2FloodGuard
    /// An error that closes the connection once the step that it came with has been carried out.
    private var failure: HTTP2Error?
    private var isClosed = false

    /// The streams that are open or half-closed.
    private(set) var streams = HTTP2StreamTable<Stream>()
    /// The streams that are closed, as far as they still matter.
    private var history: HTTP2StreamHistory
    /// The last stream that was opened, or may have been processed.
    private(set) var lastStream: UInt32 = 0
    /// How many streams the peer may open at once.
    private let concurrencyLimit: Int
    /// How many handlers have not returned, including those of closed streams.
    private var runningHandlers = 0
    private var takesStreams = true

    private var line = HTTP2SendLine<Stream>()
    private var receiveWindow: HTTP2ReceiveWindow
    private let streamWindow: Int
    private var areSettingsAcknowledged = false

    /// A new connection.
    ///
    /// - Parameters:
    ///   - peer: Which end the peer is.
    ///   - window: How many bytes of content the peer may send on all streams together.
    ///   - streamWindow: How many it may send on each, as announced in SETTINGS.
    ///   - concurrencyLimit: How many streams the peer may open at once.
    ///   - historyCapacity: How many closed streams are remembered.
    init(
        of peer: HTTP2Endpoint,
        frames: HTTP2FrameReader,
        decoder: HTTP2MessageDecoder,
        window: Int,
        streamWindow: Int,
        concurrencyLimit: Int = .max,
        historyCapacity: Int = 256,
        flood: HTTP2FloodGuard.Limits,
        now: NIODeadline
    ) {
        self.peer = peer
        self.frames = frames
        self.decoder = decoder
        self.peerSettings = HTTP2Settings(of: peer)
        self.floodGuard = HTTP2FloodGuard(flood, now: now)
        self.history = HTTP2StreamHistory(capacity: historyCapacity)
        self.concurrencyLimit = concurrencyLimit
        self.receiveWindow = HTTP2ReceiveWindow(window)
        self.streamWindow = streamWindow
    }

    // MARK: Streams

    /// Whether a frame other than DATA, or the preface, has begun to arrive.
    var isInsideHead: Bool { frames.isInsideHead }

    /// The receive window of a new stream. A peer that has not seen the settings may believe it to be larger.
    func makeReceiveWindow() -> HTTP2ReceiveWindow {
        HTTP2ReceiveWindow(streamWindow, known: areSettingsAcknowledged ? 0 : HTTP2Settings.defaultWindow)
    }

    /// The number of a new stream, opened at this end, the client's.
    mutating func makeNumber() -> UInt32 {
        lastStream += lastStream == 0 ? 1 : 2
        history.begin(lastStream)
        return lastStream
    }

    mutating func insert(_ stream: Stream) {
        streams.insert(stream)
    }

    /// Removes a stream; false when that was done before.
    mutating func remove(_ stream: Stream, _ end: HTTP2StreamHistory.End) -> Bool {
        guard streams.remove(stream.number) else { return false }
        line.remove(stream)
        history.append(stream.number, end)
        return true
    }

    /// Accepts and sends no more frames.
    ///
    /// - Returns: the streams that were open, which are removed.
    mutating func close() -> [Stream] {
        isClosed = true
        line.removeAll()
        return streams.removeAll()
    }

    /// A handler was started. Its stream counts as concurrent until it returns.
    mutating func handlerStarted() {
        runningHandlers += 1
    }

    mutating func handlerReturned() {
        runningHandlers -= 1
    }

    /// Ignores streams that the peer opens from now on. It has been told the last one.
    mutating func stopTakingStreams() {
        takesStreams = false
    }

    // MARK: Frames that arrive

    /// Appends bytes that have arrived.
    mutating func append(_ bytes: ByteBuffer) {
        frames.append(bytes)
    }

    /// The step for the next frame.
    mutating func next(now: NIODeadline) -> Step {
        guard !isClosed else { return .needsMoreBytes }
        if let failure = failure.take() { return .close(failure) }
        return receive(frames.next(), now: now)
    }

    /// The step for a frame.
    mutating func receive(_ event: HTTP2FrameReader.Event, now: NIODeadline) -> Step {
        do throws(HTTP2Error) {
            return try take(event, now)
        } catch {
            return fail(error, now: now)
        }
    }

    /// The step for an error in what has arrived.
    mutating func fail(_ error: HTTP2Error, now: NIODeadline) -> Step {
        guard !isClosed else { return .proceed }
        guard let number = error.stream else { return .close(error) }
        if let stream = streams[number] {
            abandonedStream(now: now)
            return .abandon(stream, error)
        }
        guard history.end(of: number) != .resetHere else {
            // The peer will get the first reset, and needs no other (RFC 9113 section 5.1).
            do throws(HTTP2Error) {
                try floodGuard.controlFrame(now: now)
                return .proceed
            } catch {
                return .close(error)
            }
        }
        history.append(number, .resetHere)
        abandonedStream(now: now)
        return .refuse(number, error)
    }

    /// A stream was abandoned. Too many of them close the connection at the next frame.
    mutating func abandonedStream(now: NIODeadline) {
        do throws(HTTP2Error) {
            try floodGuard.abandonedStream(now: now)
        } catch {
            failure = error
        }
    }

    private mutating func take(_ event: HTTP2FrameReader.Event, _ now: NIODeadline) throws(HTTP2Error) -> Step {
        switch event {
        case .headers(let stream, let block, let endsStream):
            return try takeHeaders(stream, block, endsStream, violation: nil, now)
        case .malformedHeaders(let error, let stream, let block, let endsStream):
            return try takeHeaders(stream, block, endsStream, violation: error, now)
        case .data(let stream, let bytes, let flowBytes, let endsStream):
            return try takeData(stream, bytes, flowBytes, endsStream, now)
        case .reset(let stream, let code):
            return try takeReset(stream, HTTP2ErrorCode(rawValue: code), now)
        case .failed(let error):
            throw error
        case .needsMoreBytes:
            return .needsMoreBytes
        case .windowUpdate, .settings, .settingsAcknowledged, .ping, .pingAcknowledged, .goAway, .priority, .unknown:
            try floodGuard.controlFrame(now: now)
            return try takeControlFrame(event)
        }
    }

    private mutating func takeControlFrame(_ event: HTTP2FrameReader.Event) throws(HTTP2Error) -> Step {
        switch event {
        case .windowUpdate(let stream, let increment):
            return try takeWindowUpdate(stream, increment)
        case .settings(let settings):
            return try takeSettings(settings)
        case .settingsAcknowledged:
            areSettingsAcknowledged = true
            return .proceed
        case .ping(let opaque):
            return .ping(opaque)
        case .pingAcknowledged(let opaque):
            return .pingAcknowledged(opaque)
        case .goAway(let lastStream, let code, let text):
            return .goAway(lastStream: lastStream, HTTP2ErrorCode(rawValue: code), text: text)
        default:
            return .proceed
        }
    }

    private mutating func takeHeaders(
        _ number: UInt32,
        _ block: ByteBuffer,
        _ endsStream: Bool,
        violation: HTTP2Error?,
        _ now: NIODeadline
    ) throws(HTTP2Error) -> Step {
        if let stream = streams[number] {
            if let violation {
                try decoder.skip(block)
                throw stream.isInputEnded ? .headersAfterEnd(number) : violation
            }
            if peer == .server { floodGuard.credit() }
            return .headers(stream, block, endsStream: endsStream)
        }
        guard history.hasBegun(number) else { return try openStream(number, block, endsStream, violation, now) }
        try decoder.skip(block)
        switch history.end(of: number) {
        case .resetHere:
            try floodGuard.controlFrame(now: now)
            return .proceed
        case .ended:
            throw HTTP2Error(.streamClosed, "HEADERS on a stream that has ended (RFC 9113 section 5.1)")
        case nil where peer == .client:
            throw HTTP2Error(.protocolError, "A stream number below an earlier one (RFC 9113 section 5.1.1)")
        case .resetByPeer, nil:
            throw HTTP2Error(.streamClosed, stream: number, "HEADERS on a stream that was reset (RFC 9113 section 5.1)")
        }
    }

    private mutating func openStream(
        _ number: UInt32,
        _ block: ByteBuffer,
        _ endsStream: Bool,
        _ violation: HTTP2Error?,
        _ now: NIODeadline
    ) throws(HTTP2Error) -> Step {
        guard peer == .client else {
            throw HTTP2Error(.protocolError, "HEADERS on a stream that was not opened (RFC 9113 section 5.1)")
        }
        guard number & 1 == 1 else {
            throw HTTP2Error(.protocolError, "A client's stream with an even number (RFC 9113 section 5.1.1)")
        }
        history.begin(number)
        guard takesStreams else {
            // The client has been told that this stream will not be processed; what it sends on it is ignored (RFC 9113
            // section 6.8).
            try decoder.skip(block)
            history.append(number, .resetHere)
            try floodGuard.controlFrame(now: now)
            return .proceed
        }
        lastStream = number
        if let violation {
            try decoder.skip(block)
            throw violation
        }
        guard runningHandlers < concurrencyLimit, streams.count < concurrencyLimit else {
            try decoder.skip(block)
            throw HTTP2Error(.refusedStream, stream: number, "Too many concurrent streams (RFC 9113 section 5.1.2)")
        }
        return .open(number, block, endsStream: endsStream)
    }

    private mutating func takeData(
        _ number: UInt32,
        _ bytes: ByteBuffer,
        _ flowBytes: Int,
        _ endsStream: Bool,
        _ now: NIODeadline
    ) throws(HTTP2Error) -> Step {
        guard history.hasBegun(number) else {
            throw HTTP2Error(.protocolError, "DATA on a stream that was not opened (RFC 9113 section 5.1)")
        }
        try receiveWindow.receive(flowBytes, stream: nil)
        if bytes.readableBytes == 0, !endsStream { try floodGuard.controlFrame(now: now) }
        guard let stream = streams[number] else {
            // Content that was on its way when the stream was reset is dropped.
            if history.end(of: number) == .resetHere { return .dropped }
            throw HTTP2Error(.streamClosed, stream: number, "DATA on a closed stream (RFC 9113 section 6.1)")
        }
        if peer == .server, bytes.readableBytes > 0 { floodGuard.credit(bytes.readableBytes) }
        return .data(stream, bytes, flowBytes: flowBytes, endsStream: endsStream)
    }

    private mutating func takeReset(
        _ number: UInt32,
        _ code: HTTP2ErrorCode,
        _ now: NIODeadline
    ) throws(HTTP2Error) -> Step {
        guard history.hasBegun(number) else {
            throw HTTP2Error(.protocolError, "RST_STREAM on a stream that was not opened (RFC 9113 section 6.4)")
        }
        guard let stream = streams[number] else {
            try floodGuard.controlFrame(now: now)
            return .proceed
        }
        if peer == .client {
            // A client that does not send the rest of an answered request abandons nothing.
            if stream.output.isEnded {
                try floodGuard.controlFrame(now: now)
            } else {
                try floodGuard.abandonedStream(now: now)
            }
        }
        return .reset(stream, code)
    }

    // MARK: Windows and settings

    /// Whether the window of the connection should be grown.
    var isReceiveWindowLow: Bool { receiveWindow.isLow }

    /// Grows the window of the connection.
    ///
    /// - Parameter unread: How many unread bytes keep the window from growing.
    /// - Returns: The increment for WINDOW_UPDATE; nil when that is not worth a frame.
    mutating func growReceiveWindow(unread: Int) -> Int? {
        receiveWindow.grow(unread: unread)
    }

    private mutating func takeWindowUpdate(_ number: UInt32, _ increment: Int) throws(HTTP2Error) -> Step {
        if number == 0 {
            try line.growWindow(by: increment)
            return .resumeSending
        }
        guard history.hasBegun(number) else {
            throw HTTP2Error(.protocolError, "WINDOW_UPDATE on a stream that was not opened (RFC 9113 section 5.1)")
        }
        guard let stream = streams[number] else { return .proceed }
        guard increment > 0 else { throw HTTP2Error(.protocolError, stream: number, HTTP2Error.emptyIncrement) }
        try stream.output.growWindow(by: increment, stream: number)
        line.enter(stream)
        return .resumeSending
    }

    private mutating func takeSettings(
        _ settings: [(identifier: UInt16, value: UInt32)]
    ) throws(HTTP2Error) -> Step {
        let old = peerSettings
        for (identifier, value) in settings {
            try peerSettings.apply(identifier, value)
        }
        let change = peerSettings.initialWindowSize - old.initialWindowSize
        if change != 0 {
            do throws(HTTP2Error) {
                for stream in streams.values {
                    try stream.output.adjustWindow(by: change)
                    line.enter(stream)
                }
            } catch {
                // After the acknowledgement.
                failure = error
            }
        }
        return .settings(replacing: old)
    }

    // MARK: Frames that leave

    /// Puts the stream in line, if it has something to send.
    mutating func enqueue(_ stream: Stream) {
        line.enter(stream)
    }

    /// How many bytes of content the peer accepts on all streams together.
    var sendWindow: Int { line.window.size }

    /// Whether a stream has something to send.
    var hasFrames: Bool { !line.isEmpty }

    /// Sending starts or resumes; false when it is in progress already.
    mutating func resumeSending() -> Bool {
        line.resume()
    }

    /// A whole message of the stream is being sent at once, its content in one frame; false where it has to wait for its
    /// turn, or for room.
    mutating func sendWhole(_ byteCount: Int, of stream: Stream) -> Bool {
        guard byteCount <= peerSettings.maximumFrameSize, line.sendWhole(byteCount, of: stream) else { return false }
        floodGuard.credit(byteCount)
        return true
    }

    /// The next frame that a stream sends; nil when there is none.
    mutating func nextFrame() -> HTTP2SendLine<Stream>.Frame? {
        let frame = line.next(maximumFrameSize: peerSettings.maximumFrameSize)
        if case .data(_, let bytes, _) = frame { floodGuard.credit(bytes.readableBytes) }
        return frame
    }

    /// Sending ends, since nothing is left or the channel accepts nothing for now.
    mutating func pauseSending() {
        line.pause()
    }
}

extension HTTP2Multiplexer.Step: Equatable where Stream: Equatable {}
