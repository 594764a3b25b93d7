import HTTPTypes
import HTTPWire
import NIOCore

/// What became of a stream's turn to send.
private enum Turn {
    /// It has nothing to send, or no window of its own.
    case over
    /// It could go on.
    case paused
    /// It has content, and the connection no window for it.
    case starved
    /// The socket takes nothing for the time being.
    case blocked
}

/// How the streams' messages get to the peer, from either end.
extension HTTP2Connection {
    /// How many frames a stream sends before it is the turn of others.
    private static var framesInTurn: Int { 4 }
    /// How many bytes are gathered before they are handed to the channel.
    static var outputLimit: Int { 131_072 }

    /// Sends a field block.
    func writeHeaders(_ stream: UInt32, endsStream: Bool, _ encode: (inout ByteBuffer) -> Void) {
        channel.output.tail.writeHTTP2Headers(
            stream: stream,
            endsStream: endsStream,
            maximumFrameSize: peer.maximumFrameSize,
            encode
        )
        flushSoon()
    }

    func writeReset(_ stream: UInt32, _ code: HTTP2ErrorCode) {
        channel.output.tail.writeHTTP2Reset(stream: stream, code)
        flushSoon()
    }

    /// Sends what the stream has, as far as that is allowed.
    func send(_ stream: Stream) {
        enqueue(stream)
        resumeSending()
    }

    /// Gives the stream a place in the line.
    func enqueue(_ stream: Stream) {
        guard !stream.isInLine, stream.canSend else { return }
        stream.isInLine = true
        senders.append(stream)
    }

    /// Takes a stream that is gone out of the line.
    func leaveLine(_ stream: Stream) {
        guard stream.isInLine else { return }
        stream.isInLine = false
        senders.removeAll { $0 === stream }
        starved.removeAll { $0 === stream }
    }

    /// Lets the streams send, one after the other.
    func resumeSending() {
        // A flush can make the channel writable, or close it, before it returns.
        guard !isSending else { return }
        isSending = true
        defer { isSending = false }
        if sendWindow.size > 0, !starved.isEmpty {
            senders.append(contentsOf: starved)
            starved.removeAll()
        }
        while let stream = senders.popFirst() {
            stream.isInLine = false
            let turn = takeTurn(stream)
            // What it has brought about may have given the stream another place, or ended it.
            guard isActive else { return }
            guard turn != .over, !stream.isInLine, stream.canSend else {
                if turn == .blocked { return }
                continue
            }
            stream.isInLine = true
            switch turn {
            case .over, .paused:
                senders.append(stream)
            case .starved:
                starved.append(stream)
            case .blocked:
                senders.prepend(stream)
                return
            }
        }
    }

    private func takeTurn(_ stream: Stream) -> Turn {
        for _ in 0..<Self.framesInTurn {
            guard stream.canSend else { return .over }
            guard channel.isWritable, isActive else { return .blocked }
            if channel.output.byteCount >= Self.outputLimit {
                flushOutput()
                guard channel.isWritable else { return .blocked }
            }
            guard !stream.queue.isEmpty else {
                writeEnd(stream)
                return .over
            }
            let room = min(sendWindow.size, stream.sendWindow.size, peer.maximumFrameSize)
            guard room > 0 else { return .starved }
            guard let part = stream.queue.take(upTo: room) else { return .over }
            let isLast = stream.queue.isEmpty && stream.endsWithContent
            channel.output.tail.writeHTTP2FrameHead(
                .data,
                isLast ? .endStream : [],
                stream: stream.number,
                length: part.readableBytes
            )
            channel.output.append(part)
            sendWindow.sent(part.readableBytes)
            stream.sendWindow.sent(part.readableBytes)
            stream.sent(part.readableBytes)
            floodGuard.credit(part.readableBytes)
            flushSoon()
            if isLast {
                stream.endOutput()
                return .over
            }
        }
        return .paused
    }

    /// Ends a message whose content has all been sent.
    private func writeEnd(_ stream: Stream) {
        if let trailers = stream.trailers {
            writeHeaders(stream.number, endsStream: true) { encode(trailers: trailers, to: &$0) }
        } else {
            channel.output.tail.writeHTTP2FrameHead(.data, .endStream, stream: stream.number, length: 0)
            flushSoon()
        }
        stream.endOutput()
    }
}
