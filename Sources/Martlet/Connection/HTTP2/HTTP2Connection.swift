import HTTPTypes
import HTTPWire
import Logging
import NIOCore

/// One end of an HTTP/2 connection: how servers and clients carry out what their ``HTTP2Multiplexer`` decides. Members
/// are called on the loop.
protocol HTTP2Connection: ChannelConnection {
    associatedtype Stream: HTTP2Stream

    /// Stored exempt from the run-time check for overlapping accesses, as it is changed in place for every frame.
    var multiplexer: HTTP2Multiplexer<Stream> { get set }
    /// How many unread bytes of content keep the window of the connection from growing.
    var unreadBytes: Int { get }
    var now: NIODeadline { get }
    var logger: Logger { get }

    /// Carries out a step in which the two ends differ.
    func take(_ step: HTTP2Multiplexer<Stream>.Step) throws(HTTP2Error)
    /// Writes the field block of trailers.
    func encode(trailers: HTTPFields, to block: inout ByteBuffer)
    /// Flushes soon, together with what is written until then.
    func flushSoon()
}

extension HTTP2Connection {
    /// How many bytes are collected before they are written to the channel.
    static var outputLimit: Int { 131_072 }

    /// Writes the output to the channel if there is much of it; false when the channel then accepts no more.
    func makeRoom() -> Bool {
        guard channel.output.byteCount >= Self.outputLimit else { return true }
        flushOutput()
        return channel.isWritable
    }

    // MARK: Receiving

    /// Carries out the step for a frame.
    func perform(_ step: HTTP2Multiplexer<Stream>.Step) {
        switch step {
        case .needsMoreBytes, .proceed:
            return
        case .dropped:
            return growReceiveWindow()
        case .resumeSending:
            return resumeSending()
        case .ping(let opaque):
            channel.output.tail.writeHTTP2Ping(opaque, isAcknowledgement: true)
            return flushSoon()
        case .refuse(let number, let error):
            growReceiveWindow()
            writeReset(number, error.code)
            return log(error)
        case .settings:
            channel.output.tail.writeHTTP2SettingsAcknowledgement()
            flushSoon()
        case .abandon(_, let error), .close(let error):
            log(error)
        case .open, .headers, .data, .reset, .pingAcknowledged, .goAway:
            break
        }
        var failure: HTTP2Error?
        do throws(HTTP2Error) {
            try take(step)
        } catch {
            failure = error
        }
        if case .data = step { growReceiveWindow() }
        if let failure { perform(multiplexer.fail(failure, now: now)) }
    }

    private func log(_ error: HTTP2Error) {
        logger.debug("Refused an HTTP/2 frame: \(error)")
    }

    /// Grows the peer's window by what has been read.
    func growReceiveWindow() {
        guard multiplexer.isReceiveWindowLow, let increment = multiplexer.growReceiveWindow(unread: unreadBytes) else {
            return
        }
        writeWindowUpdate(0, increment)
    }

    // MARK: Sending

    /// Sends a field block.
    func writeHeaders(_ stream: UInt32, endsStream: Bool, _ encode: (inout ByteBuffer) -> Void) {
        channel.output.tail.writeHTTP2Headers(
            stream: stream,
            endsStream: endsStream,
            maximumFrameSize: multiplexer.peerSettings.maximumFrameSize,
            encode
        )
        flushSoon()
    }

    /// Grows the peer's window of a stream; of the connection, with 0.
    func writeWindowUpdate(_ stream: UInt32, _ increment: Int) {
        channel.output.tail.writeHTTP2WindowUpdate(stream: stream, increment: increment)
        flushSoon()
    }

    func writeReset(_ stream: UInt32, _ code: HTTP2ErrorCode) {
        channel.output.tail.writeHTTP2Reset(stream: stream, code)
        flushSoon()
    }

    /// Sends what the stream has, as far as the windows allow.
    func send(_ stream: Stream) {
        multiplexer.enqueue(stream)
        resumeSending()
    }

    /// Sends the streams' frames, in turn.
    func resumeSending() {
        // A flush can make the channel writable, or close it, before it returns.
        guard multiplexer.resumeSending() else { return }
        while multiplexer.hasFrames, channel.isWritable, makeRoom(), let frame = multiplexer.nextFrame() {
            write(frame)
        }
        multiplexer.pauseSending()
    }

    private func write(_ frame: HTTP2SendLine<Stream>.Frame) {
        switch frame {
        case .data(let stream, let bytes, let endsStream):
            channel.output.tail.writeHTTP2FrameHead(
                .data,
                endsStream ? .endStream : [],
                stream: stream.number,
                length: bytes.readableBytes
            )
            channel.output.append(bytes)
            flushSoon()
            stream.sent(bytes.readableBytes)
            if endsStream { stream.outputEnded() }
        case .end(let stream, let trailers?):
            writeHeaders(stream.number, endsStream: true) { encode(trailers: trailers, to: &$0) }
            stream.outputEnded()
        case .end(let stream, nil):
            channel.output.tail.writeHTTP2FrameHead(.data, .endStream, stream: stream.number, length: 0)
            flushSoon()
            stream.outputEnded()
        }
    }
}
