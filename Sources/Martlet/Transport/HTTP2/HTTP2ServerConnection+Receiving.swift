import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// What becomes of the frames that arrive. All of it is called on the loop.
extension HTTP2ServerConnection {
    func receive(_ event: HTTP2FrameReader.Event) {
        do throws(HTTP2Error) {
            try take(event)
        } catch {
            fail(error)
        }
    }

    private func take(_ event: HTTP2FrameReader.Event) throws(HTTP2Error) {
        switch event {
        case .headers(let stream, let block, let endsStream):
            try receiveHeaders(stream, block, endsStream)
        case .data(let stream, let bytes, let flowBytes, let endsStream):
            try receiveData(stream, bytes, flowBytes, endsStream)
        case .reset(let stream, _):
            try receiveReset(stream)
        case .windowUpdate(let stream, let increment):
            try noteControlFrame()
            try receiveWindowUpdate(stream, increment)
        case .settings(let settings):
            try noteControlFrame()
            try receiveSettings(settings)
        case .settingsAcknowledged:
            try noteControlFrame()
            isSettingsAcknowledged = true
        case .ping(let opaque):
            try noteControlFrame()
            output.tail.writeHTTP2Ping(opaque, isAcknowledgement: true)
            flushSoon()
        case .pingAcknowledged(let opaque):
            try noteControlFrame()
            if opaque == Self.farewellPing { announceLastStream() }
        case .goAway:
            // The client opens no more streams; those that are open go on.
            isPeerLeaving = true
            closeIfDone()
        case .priority, .unknown:
            try noteControlFrame()
        case .failed(let error):
            throw error
        case .needsMoreBytes:
            break
        }
    }

    private func noteControlFrame() throws(HTTP2Error) {
        try floodGuard.controlFrame(now: loop.now, limits)
    }

    private func noteAbandonedStream() throws(HTTP2Error) {
        try floodGuard.abandonedStream(now: loop.now, limits)
    }

    /// An error in what has arrived, or in what it stands for.
    func fail(_ error: HTTP2Error) {
        guard case .open = phase else { return }
        loop.settings.configuration.logger.debug("Refused an HTTP/2 frame: \(error)")
        guard let number = error.stream else { return close(with: error) }
        if let stream = streams[number] {
            stream.abandon(with: error.code, notice: HTTPBodyError.connectionClosed)
        } else {
            writeReset(number, error.code)
        }
        do throws(HTTP2Error) {
            try noteAbandonedStream()
        } catch {
            close(with: error)
        }
    }

    // MARK: Requests

    private func receiveHeaders(_ number: UInt32, _ block: ByteBuffer, _ endsStream: Bool) throws(HTTP2Error) {
        if let stream = streams[number] {
            try receiveTrailers(stream, block, endsStream)
            return
        }
        guard number > lastStream else {
            try decoder.skip(block)
            switch history.end(of: number) {
            case .resetHere:
                return
            case .resetByPeer:
                throw HTTP2Error(.streamClosed, stream: number, "A stream that was reset (RFC 9113 section 5.1)")
            case .ended:
                throw HTTP2Error(.streamClosed, "HEADERS on a stream that has ended (RFC 9113 section 5.1)")
            case nil:
                throw HTTP2Error(.protocolError, "A stream below others that were opened (RFC 9113 section 5.1.1)")
            }
        }
        guard number & 1 == 1 else {
            throw HTTP2Error(.protocolError, "A client's stream with an even number (RFC 9113 section 5.1.1)")
        }
        guard farewell != .final else {
            // The client has been told that it will not be served (RFC 9113 section 6.8).
            try decoder.skip(block)
            return
        }
        lastStream = number
        guard liveExchanges < limits.maximumConcurrentStreams, streams.count < limits.maximumConcurrentStreams else {
            try decoder.skip(block)
            throw HTTP2Error(.refusedStream, stream: number, "Too many requests at a time (RFC 9113 section 5.1.2)")
        }
        timing.beganRequest(at: loop.now)
        switch try decoder.decodeHead(block, stream: number, endsStream: endsStream) {
        case .message(let head):
            begin(number, head, endsStream)
        case .malformed(let error):
            throw error
        case .refused(let error):
            refuse(number, error, endsStream)
            try noteAbandonedStream()
        }
    }

    private func begin(_ number: UInt32, _ head: RequestHead, _ endsStream: Bool) {
        let settings = loop.settings
        requestCount += 1
        let stream = HTTP2ServerStream(number, connection: self, method: head.method, isInputEnded: endsStream)
        open(stream)
        let exchange = stream.begin(head, settings)
        liveExchanges += 1
        if let limit = settings.configuration.maximumRequestsPerConnection, requestCount >= limit { sayFarewell() }
        loop.deliver(exchange)
    }

    private func open(_ stream: HTTP2ServerStream) {
        streams[stream.number] = stream
        if farewell == .none { count(as: .active) }
    }

    /// Answers a request that could not be understood.
    private func refuse(_ number: UInt32, _ error: HTTPParseError, _ endsStream: Bool) {
        loop.settings.configuration.logger.debug("Refused a request: \(error)")
        let stream = HTTP2ServerStream(number, connection: self, method: .get, isInputEnded: endsStream)
        open(stream)
        stream.refuse(error)
    }

    private func receiveTrailers(
        _ stream: HTTP2ServerStream,
        _ block: ByteBuffer,
        _ endsStream: Bool
    ) throws(HTTP2Error) {
        guard !stream.isInputEnded else {
            try decoder.skip(block)
            throw HTTP2Error(.streamClosed, stream: stream.number, "HEADERS behind the end (RFC 9113 section 5.1)")
        }
        let trailers: HTTPFields
        switch try decoder.decodeTrailers(block, stream: stream.number) {
        case .message(let fields): trailers = fields
        case .malformed(let error): throw error
        case .refused(let error):
            stream.exchange?.body?.fail(HTTPBodyError.malformed(error))
            return
        }
        guard endsStream else {
            throw HTTP2Error(
                .protocolError,
                stream: stream.number,
                "Trailers that don't end the stream (RFC 9113 section 8.1)"
            )
        }
        try stream.endInput(trailers: trailers)
    }

    // MARK: Content

    private func receiveData(
        _ number: UInt32,
        _ bytes: ByteBuffer,
        _ flowBytes: Int,
        _ endsStream: Bool
    ) throws(HTTP2Error) {
        guard number <= lastStream else {
            throw HTTP2Error(.protocolError, "DATA on a stream that was not opened (RFC 9113 section 5.1)")
        }
        guard flowBytes <= receiveWindow else {
            throw HTTP2Error(.flowControlError, "More than the connection's window (RFC 9113 section 6.9.1)")
        }
        receiveWindow -= flowBytes
        if bytes.readableBytes == 0, !endsStream { try noteControlFrame() }
        defer { growReceiveWindow() }
        guard let stream = streams[number] else {
            // Content that was on its way when the stream was reset is dropped.
            if history.end(of: number) == .resetHere { return }
            throw HTTP2Error(.streamClosed, stream: number, "DATA on a closed stream (RFC 9113 section 6.1)")
        }
        guard !stream.isInputEnded else {
            throw HTTP2Error(.streamClosed, stream: number, "DATA behind the end (RFC 9113 section 6.1)")
        }
        try stream.receive(bytes, flowBytes: flowBytes)
        if endsStream {
            try stream.endInput(trailers: [:])
        } else {
            stream.growReceiveWindow()
        }
    }

    /// Lets the client send more, as far as what it has sent was read.
    func growReceiveWindow() {
        guard receiveWindow < limits.connectionWindow / 2 else { return }
        let unread = streams.values.reduce(0) { $0 + $1.unreadBytes }
        let increment = limits.connectionWindow - receiveWindow - unread
        guard increment >= limits.connectionWindow / 4 else { return }
        receiveWindow += increment
        output.tail.writeHTTP2WindowUpdate(stream: 0, increment: increment)
        flushSoon()
    }

    private func receiveReset(_ number: UInt32) throws(HTTP2Error) {
        guard number <= lastStream else {
            throw HTTP2Error(.protocolError, "RST_STREAM on a stream that was not opened (RFC 9113 section 6.4)")
        }
        guard let stream = streams[number] else { return try noteControlFrame() }
        stream.resetByPeer()
        try noteAbandonedStream()
    }

    // MARK: Windows and settings

    private func receiveWindowUpdate(_ number: UInt32, _ increment: Int) throws(HTTP2Error) {
        if number == 0 {
            guard sendWindow + increment <= HTTP2Parameters.maximumWindow else {
                throw HTTP2Error(.flowControlError, "A window above 2^31-1 (RFC 9113 section 6.9.1)")
            }
            sendWindow += increment
            resumeSending()
            return
        }
        guard number <= lastStream else {
            throw HTTP2Error(.protocolError, "WINDOW_UPDATE on a stream that was not opened (RFC 9113 section 5.1)")
        }
        guard let stream = streams[number] else { return }
        guard stream.sendWindow + increment <= HTTP2Parameters.maximumWindow else {
            throw HTTP2Error(.flowControlError, stream: number, "A window above 2^31-1 (RFC 9113 section 6.9.1)")
        }
        stream.sendWindow += increment
        send(stream)
    }

    private func receiveSettings(_ settings: [(identifier: UInt16, value: UInt32)]) throws(HTTP2Error) {
        let old = peer
        for (identifier, value) in settings {
            try peer.apply(identifier, value)
        }
        output.tail.writeHTTP2SettingsAcknowledgement()
        flushSoon()
        if peer.headerTableSize != old.headerTableSize { encoder.limitTable(to: peer.headerTableSize) }
        let change = peer.initialWindowSize - old.initialWindowSize
        guard change != 0 else { return }
        for stream in streams.values {
            stream.sendWindow += change
            guard stream.sendWindow <= HTTP2Parameters.maximumWindow else {
                throw HTTP2Error(.flowControlError, "A window above 2^31-1 (RFC 9113 section 6.9.2)")
            }
            enqueue(stream)
        }
        resumeSending()
    }
}
