import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// What becomes of the frames that arrive, at either end.
extension HTTP2Connection {
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
            try receiveHeaders(stream, block, endsStream, violation: nil)
        case .malformedHeaders(let error, let stream, let block, let endsStream):
            try receiveHeaders(stream, block, endsStream, violation: error)
        case .data(let stream, let bytes, let flowBytes, let endsStream):
            try receiveData(stream, bytes, flowBytes, endsStream)
        case .reset(let stream, let code):
            try receiveReset(stream, code)
        case .windowUpdate(let stream, let increment):
            try noteControlFrame()
            try receiveWindowUpdate(stream, increment)
        case .settings(let settings):
            try noteControlFrame()
            try receiveSettings(settings)
        case .settingsAcknowledged:
            try noteControlFrame()
            receivedSettingsAcknowledgement()
        case .ping(let opaque):
            try noteControlFrame()
            channel.output.tail.writeHTTP2Ping(opaque, isAcknowledgement: true)
            flushSoon()
        case .pingAcknowledged(let opaque):
            try noteControlFrame()
            receivedPing(opaque)
        case .goAway(let lastStream, let code, let text):
            try noteControlFrame()
            receivedGoAway(lastStream: lastStream, code, text: text)
        case .priority, .unknown:
            try noteControlFrame()
        case .failed(let error):
            throw error
        case .needsMoreBytes:
            break
        }
    }

    func noteControlFrame() throws(HTTP2Error) {
        try floodGuard.controlFrame(now: now)
    }

    func noteAbandonedStream() throws(HTTP2Error) {
        try floodGuard.abandonedStream(now: now)
    }

    /// An error in what has arrived, or in what it stands for.
    func fail(_ error: HTTP2Error) {
        guard isActive else { return }
        logger.debug("Refused an HTTP/2 frame: \(error)")
        guard let number = error.stream else { return close(with: error) }
        do throws(HTTP2Error) {
            if let stream = streams[number] {
                abandon(stream, error)
            } else if history.end(of: number) == .resetHere {
                // The peer will hear of the first reset, and needs no other (RFC 9113 section 5.1).
                return try noteControlFrame()
            } else {
                writeReset(number, error.code)
                history.append(number, .resetHere)
            }
            try noteAbandonedStream()
        } catch {
            close(with: error)
        }
    }

    // MARK: Streams

    private func receiveData(
        _ number: UInt32,
        _ bytes: ByteBuffer,
        _ flowBytes: Int,
        _ endsStream: Bool
    ) throws(HTTP2Error) {
        guard history.hasBegun(number) else {
            throw HTTP2Error(.protocolError, "DATA on a stream that was not opened (RFC 9113 section 5.1)")
        }
        try receiveWindow.receive(flowBytes, stream: nil)
        if bytes.readableBytes == 0, !endsStream { try noteControlFrame() }
        defer { growReceiveWindow() }
        guard let stream = streams[number] else {
            // Content that was on its way when the stream was reset is dropped.
            if history.end(of: number) == .resetHere { return }
            throw HTTP2Error(.streamClosed, stream: number, "DATA on a closed stream (RFC 9113 section 6.1)")
        }
        try receive(bytes, flowBytes: flowBytes, endsStream: endsStream, stream)
    }

    /// Lets the peer send more, as far as what it has sent was read.
    func growReceiveWindow() {
        guard receiveWindow.isLow, let increment = receiveWindow.grow(unread: unreadBytes) else { return }
        channel.output.tail.writeHTTP2WindowUpdate(stream: 0, increment: increment)
        flushSoon()
    }

    private func receiveReset(_ number: UInt32, _ code: UInt32) throws(HTTP2Error) {
        guard history.hasBegun(number) else {
            throw HTTP2Error(.protocolError, "RST_STREAM on a stream that was not opened (RFC 9113 section 6.4)")
        }
        guard let stream = streams[number] else { return try noteControlFrame() }
        try receiveReset(stream, code)
    }

    // MARK: Windows and settings

    private func receiveWindowUpdate(_ number: UInt32, _ increment: Int) throws(HTTP2Error) {
        if number == 0 {
            try sendWindow.grow(by: increment, stream: nil)
            resumeSending()
            return
        }
        guard history.hasBegun(number) else {
            throw HTTP2Error(.protocolError, "WINDOW_UPDATE on a stream that was not opened (RFC 9113 section 5.1)")
        }
        guard let stream = streams[number] else { return }
        guard increment > 0 else { throw HTTP2Error(.protocolError, stream: number, HTTP2Error.emptyIncrement) }
        try stream.sendWindow.grow(by: increment, stream: number)
        send(stream)
    }

    private func receiveSettings(_ settings: [(identifier: UInt16, value: UInt32)]) throws(HTTP2Error) {
        let old = peer
        for (identifier, value) in settings {
            try peer.apply(identifier, value)
        }
        channel.output.tail.writeHTTP2SettingsAcknowledgement()
        flushSoon()
        let change = peer.initialWindowSize - old.initialWindowSize
        if change != 0 {
            for stream in streams.values {
                try stream.sendWindow.adjust(by: change)
                enqueue(stream)
            }
        }
        receivedSettings(insteadOf: old)
        if change != 0 { resumeSending() }
    }
}
