import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// How streams and the connection end. All of it is called on the loop.
extension HTTP2ServerConnection {
    /// What the client answers once it knows that the connection ends.
    static let farewellPing: UInt64 = 0x6661_7265_7765_6C6C
    /// How long it may take to do so.
    private static let farewellTime = TimeAmount.seconds(1)

    // MARK: Streams

    /// Forgets a stream.
    func remove(_ stream: HTTP2ServerStream, _ end: HTTP2StreamHistory.End) {
        guard streams.removeValue(forKey: stream.number) != nil else { return }
        leaveLine(stream)
        history.append(stream.number, end)
        guard streams.isEmpty else { return }
        if farewell == .none { count(as: .idle) }
        closeIfDone()
    }

    /// A handler has returned.
    func exchangeIsOver() {
        liveExchanges -= 1
    }

    // MARK: The end, in good order

    /// Tells the client to send no more requests, without refusing those that are on their way (RFC 9113 section 6.8).
    func sayFarewell() {
        guard farewell == .none, case .open = phase else { return }
        farewell = .announced(at: .now())
        count(as: .closing)
        channel.output.tail.writeHTTP2GoAway(lastStream: UInt32(HTTP2Settings.maximumWindow), .noError)
        channel.output.tail.writeHTTP2Ping(Self.farewellPing, isAcknowledgement: false)
        flushSoon()
    }

    /// Tells the client which request was the last.
    func announceLastStream() {
        guard case .announced = farewell, case .open = phase else { return }
        farewell = .final
        channel.output.tail.writeHTTP2GoAway(lastStream: lastStream, .noError)
        flushSoon()
        closeIfDone()
    }

    /// Closes once the last response has been sent, if one is the last.
    func closeIfDone() {
        guard streams.isEmpty, case .open = phase else { return }
        if farewell == .final {
            closeAfterFlush(lingering: LingeringClose.shortTime)
        } else if isPeerLeaving || (channel.hasPeerClosed && isInputUsedUp) {
            channel.output.tail.writeHTTP2GoAway(lastStream: lastStream, .noError)
            closeAfterFlush(lingering: LingeringClose.shortTime)
        }
    }

    func serverCloses(force: Bool) {
        if force {
            abort()
        } else {
            sayFarewell()
            loop.executor.turn {
                for stream in Array(streams.values) { stream.receiver?.serverCloses() }
            }
            flushOutput()
        }
    }

    // MARK: The end, for a reason

    /// Tells the client what it has done, and closes.
    func close(with error: HTTP2Error) {
        guard case .open = phase else { return }
        channel.output.tail.writeHTTP2GoAway(lastStream: lastStream, error.code, text: error.reason)
        abandonStreams()
        closeAfterFlush(lingering: LingeringClose.time)
    }

    /// Ends all exchanges, since nothing more can be sent to the client.
    private func abandonStreams() {
        senders.removeAll()
        starved.removeAll()
        let open = streams.values
        streams = [:]
        for stream in open { stream.connectionEnded() }
    }

    func inputEnded() {
        // The client may be gone, or have finished sending and wait for its answers, which can't be told apart. So the
        // answers are sent, as far as its windows have room for them.
        if !streams.isEmpty {
            // The system of a client that is gone answers what is sent to it with a reset.
            channel.output.tail.writeHTTP2Ping(0, isAcknowledgement: false)
            flushSoon()
        }
        if isInputUsedUp { inputUsedUp() }
    }

    /// No whole frame is left of what the client has sent before it closed its half.
    func inputUsedUp() {
        for stream in Array(streams.values) { stream.inputClosed() }
        closeIfDone()
    }

    func becomeClosed() {
        phase = .closed
        channel.peerClosed()
        count(as: nil)
        loop.executor.turn { abandonStreams() }
        channel.removed()
        openChannel.withLock { $0 = nil }
        loop.remove(self)
    }

    // MARK: Deadlines

    func checkDeadlines(now: NIODeadline) {
        guard context != nil, !lingers(at: now) else { return }
        let violation = timing.check(
            now: now,
            wait: presentWait,
            unsentBytes: unsentBytes,
            configuration: loop.settings.configuration
        )
        switch violation {
        case .idle:
            sayFarewell()
        case .slowHead where !reader.isInsideHead:
            sayFarewell()
        case .slowHead:
            close(with: HTTP2Error(.enhanceYourCalm, "A frame or the preface did not arrive in time"))
        case .stalledOutput:
            abort()
        case .slowContent, .slowHandler, .silentHandler, nil:
            break
        }
        if case .announced(let since) = farewell, now - since > Self.farewellTime { announceLastStream() }
        for stream in Array(streams.values) { stream.checkDeadlines(now: now) }
        flushOutput()
    }

    private var presentWait: ConnectionTiming.Wait {
        guard case .open = phase else { return .nothing }
        // The rest of a head is waited for whatever the streams do.
        return streams.isEmpty || reader.isInsideHead ? .request : .nothing
    }
}
