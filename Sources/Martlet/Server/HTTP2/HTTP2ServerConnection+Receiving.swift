import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// What becomes of requests. All of it is called on the loop.
extension HTTP2ServerConnection: HTTP2Connection {
    var isActive: Bool {
        if case .open = phase { true } else { false }
    }

    var now: NIODeadline { loop.now }

    var logger: Logger { loop.settings.configuration.logger }

    func encode(trailers: HTTPFields, to block: inout ByteBuffer) {
        encoder.begin(&block)
        for field in trailers { encoder.write(field, to: &block) }
    }

    // MARK: Requests

    func receiveHeaders(
        _ number: UInt32,
        _ block: ByteBuffer,
        _ endsStream: Bool,
        violation: HTTP2Error?
    ) throws(HTTP2Error) {
        if let stream = streams[number] {
            if let violation, !stream.isInputEnded {
                try decoder.skip(block)
                throw violation
            }
            return try stream.receiveTrailers(block, endsStream: endsStream)
        }
        guard !history.hasBegun(number) else {
            try decoder.skip(block)
            switch history.end(of: number) {
            case .resetHere:
                return try noteControlFrame()
            case .resetByPeer:
                throw HTTP2Error(
                    .streamClosed,
                    stream: number,
                    "HEADERS on a stream that was reset (RFC 9113 section 5.1)"
                )
            case .ended:
                throw HTTP2Error(.streamClosed, "HEADERS on a stream that has ended (RFC 9113 section 5.1)")
            case nil:
                throw HTTP2Error(
                    .protocolError,
                    "A stream number below an earlier one (RFC 9113 section 5.1.1)"
                )
            }
        }
        guard number & 1 == 1 else {
            throw HTTP2Error(.protocolError, "A stream of a client with an even number (RFC 9113 section 5.1.1)")
        }
        history.begin(number)
        guard farewell != .final else {
            // The client has been told that it will not be served, and what else it sends for it is ignored
            // (RFC 9113 section 6.8).
            try decoder.skip(block)
            history.append(number, .resetHere)
            return try noteControlFrame()
        }
        lastStream = number
        if let violation {
            try decoder.skip(block)
            throw violation
        }
        guard liveExchanges < limits.maximumConcurrentStreams, streams.count < limits.maximumConcurrentStreams else {
            try decoder.skip(block)
            throw HTTP2Error(.refusedStream, stream: number, "Too many concurrent streams (RFC 9113 section 5.1.2)")
        }
        timing.beganRequest(at: loop.now)
        switch try decoder.decodeRequest(block, stream: number, endsStream: endsStream) {
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
        let stream = HTTP2ServerStream(number, head, endsStream: endsStream, connection: self)
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
        guard loop.takesRefusals, let head = decoder.refusedRequest else {
            let stream = HTTP2ServerStream(number, nil, endsStream: endsStream, connection: self)
            open(stream)
            return stream.refuse(error)
        }
        let stream = HTTP2ServerStream(number, head, endsStream: endsStream, connection: self)
        open(stream)
        let exchange = stream.begin(head, loop.settings, refusal: HTTPError(error.status, "\(error)"))
        liveExchanges += 1
        loop.deliver(exchange)
    }

    // MARK: Content and resets

    func receive(
        _ bytes: ByteBuffer,
        flowBytes: Int,
        endsStream: Bool,
        _ stream: HTTP2ServerStream
    ) throws(HTTP2Error) {
        try stream.receive(bytes, flowBytes: flowBytes, endsStream: endsStream)
    }

    var unreadBytes: Int { streams.values.reduce(0) { $0 + $1.unreadBytes } }

    func receiveReset(_ stream: HTTP2ServerStream, _ code: UInt32) throws(HTTP2Error) {
        let isAnswered = stream.isOutputEnded
        stream.resetByPeer()
        // A client that keeps the rest of its request to itself, once it has been answered, abandons nothing.
        if isAnswered { try noteControlFrame() } else { try noteAbandonedStream() }
    }

    func abandon(_ stream: HTTP2ServerStream, _ error: HTTP2Error) {
        stream.abandon(with: error.code, notice: HTTPBodyError.connectionClosed)
    }

    // MARK: The connection

    func receivedSettings(insteadOf old: HTTP2Settings) {
        if peer.headerTableSize != old.headerTableSize { encoder.limitTable(to: peer.headerTableSize) }
    }

    func receivedSettingsAcknowledgement() {
        isSettingsAcknowledged = true
    }

    func receivedPing(_ opaque: UInt64) {
        if opaque == Self.farewellPing { announceLastStream() }
    }

    func receivedGoAway(lastStream: UInt32, _ code: UInt32, text: ByteBuffer) {
        // The client opens no more streams; those that are open go on.
        isPeerLeaving = true
        closeIfDone()
    }
}
