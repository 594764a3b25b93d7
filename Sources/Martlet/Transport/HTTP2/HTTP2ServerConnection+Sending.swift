import HTTPTypes
import HTTPWire
import NIOCore

/// How the streams' responses get to the client. All of it is called on the loop.
extension HTTP2ServerConnection {
    /// How many frames a stream sends before it is the turn of others.
    private static let framesInTurn = 4

    /// What became of a stream's turn to send.
    private enum Turn {
        /// It has nothing to send, or no window of its own.
        case over
        /// It could go on.
        case paused
        /// Nobody can send content for the time being.
        case blocked
    }

    /// Sends a field block.
    func writeHeaders(_ stream: UInt32, endsStream: Bool, _ encode: (inout ByteBuffer) -> Void) {
        output.tail.writeHTTP2Headers(
            stream: stream,
            endsStream: endsStream,
            maximumFrameSize: peer.maximumFrameSize,
            encode
        )
        flushSoon()
    }

    func writeReset(_ stream: UInt32, _ code: HTTP2Error.Code) {
        output.tail.writeHTTP2Reset(stream: stream, code)
        flushSoon()
    }

    /// Sends what the stream has, as far as that is allowed.
    func send(_ stream: HTTP2ServerStream) {
        enqueue(stream)
        resumeSending()
    }

    /// Gives the stream a place in the line.
    func enqueue(_ stream: HTTP2ServerStream) {
        guard !stream.isInLine, stream.canSend else { return }
        stream.isInLine = true
        senders.append(stream)
    }

    /// Lets the streams send, one after the other.
    func resumeSending() {
        while let stream = senders.first {
            switch takeTurn(stream) {
            case .over:
                senders.removeFirst()
                stream.isInLine = false
            case .paused:
                senders.removeFirst()
                senders.append(stream)
            case .blocked:
                return
            }
        }
    }

    private func takeTurn(_ stream: HTTP2ServerStream) -> Turn {
        for _ in 0..<Self.framesInTurn {
            guard stream.canSend else { return .over }
            guard isChannelWritable, case .open = phase else { return .blocked }
            if output.byteCount >= Self.outputLimit {
                flushOutput()
                guard isChannelWritable else { return .blocked }
            }
            guard !stream.queue.isEmpty else {
                writeEnd(stream)
                return .over
            }
            let room = min(sendWindow, stream.sendWindow, peer.maximumFrameSize)
            guard room > 0 else { return .blocked }
            guard let part = stream.queue.take(upTo: room) else { return .over }
            let isLast = stream.queue.isEmpty && stream.endsWithContent
            output.tail.writeHTTP2FrameHead(
                .data,
                isLast ? .endStream : [],
                stream: stream.number,
                length: part.readableBytes
            )
            output.append(part)
            sendWindow -= part.readableBytes
            stream.sent(part.readableBytes)
            floodGuard.sentData()
            flushSoon()
            if isLast {
                stream.endOutput()
                return .over
            }
        }
        return .paused
    }

    /// Ends a response whose content has all been sent.
    private func writeEnd(_ stream: HTTP2ServerStream) {
        if let trailers = stream.trailers {
            writeHeaders(stream.number, endsStream: true) { block in
                encoder.begin(&block)
                for field in trailers { encoder.write(field, to: &block) }
            }
        } else {
            output.tail.writeHTTP2FrameHead(.data, .endStream, stream: stream.number, length: 0)
            flushSoon()
        }
        stream.endOutput()
    }
}
