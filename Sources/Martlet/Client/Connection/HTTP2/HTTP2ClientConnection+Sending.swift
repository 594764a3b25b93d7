import HTTPTypes
import HTTPWire
import NIOCore
import NIOHPACK
import NIOHTTP2
import Synchronization

/// Requests on their way out. All of it is called on the loop.
extension HTTP2ClientConnection: NIOHTTP2FrameDelegate {
    static let frameHeadLength = 9
    /// How much of a content NIO's handler holds before no more of it is taken from its writer.
    private static let unsentLimit = 131_072
    /// How often what writers bring meanwhile is sent before the loop looks after others.
    private static let roundsAtOnce = 16

    func write(_ payload: HTTP2Frame.FramePayload, on id: HTTP2StreamID) {
        guard let context else { return }
        context.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: nil)
    }

    // MARK: Content

    /// Sends the content of a request, or sees that it is sent.
    func send(_ stream: HTTP2ClientStream) {
        if stream.awaitsContinue {
            startContinueTimer(stream)
        } else if case .whole(let content) = stream.exchange.content {
            sendWhole(content, stream)
        }
        guard case .stream(let body) = stream.exchange.content else { return }
        body.connect { [weak self, weak exchange = stream.exchange] in
            guard let self, let exchange else { return }
            self.loop.eventLoop.execute {
                let number = exchange.streamNumber.load(ordering: .relaxed)
                guard let stream = self.streams[HTTP2StreamID(number)], stream.exchange === exchange else { return }
                self.queue(stream)
            }
        }
    }

    /// Its length has been checked.
    private func sendWhole(_ content: OutgoingContent, _ stream: HTTP2ClientStream) {
        guard stream.isSending else { return }
        stream.isSending = false
        sendData(content.buffer, stream, isLast: true)
    }

    private func sendData(_ bytes: ByteBuffer, _ stream: HTTP2ClientStream, isLast: Bool) {
        stream.unsentBytes += bytes.readableBytes
        write(.data(.init(data: .byteBuffer(bytes), endStream: isLast)), on: stream.id)
    }

    /// The server wants the content, or has let the time pass in which it could have said so.
    func sendAfterContinue(_ stream: HTTP2ClientStream) {
        guard stream.awaitsContinue else { return }
        stream.awaitsContinue = false
        stream.lastProgress = .now()
        stream.continueTimer?.cancel()
        stream.continueTimer = nil
        if case .whole(let content) = stream.exchange.content {
            sendWhole(content, stream)
            scheduleFlush()
        } else {
            queue(stream)
        }
    }

    private func startContinueTimer(_ stream: HTTP2ClientStream) {
        let (wait, id) = (TimeAmount(core.configuration.expectContinueTimeout), stream.id)
        stream.continueTimer = loop.eventLoop.scheduleTask(in: wait) { [weak self] in
            guard let self, let stream = self.streams[id] else { return }
            self.sendAfterContinue(stream)
        }
    }

    /// A stream may have content to send.
    private func queue(_ stream: HTTP2ClientStream) {
        guard stream.isSending, !stream.isPumpQueued else { return }
        stream.isPumpQueued = true
        pumpQueue.append(stream)
        scheduleFlush()
    }

    /// Takes from the writer of a content what there is, and hands it on.
    private func pump(_ stream: HTTP2ClientStream) {
        stream.isPumpQueued = false
        guard stream.isSending, !stream.awaitsContinue, stream.unsentBytes < Self.unsentLimit,
            case .stream(let body) = stream.exchange.content
        else { return }
        var batch = body.take()
        do throws(HTTPClientError) {
            let last = batch.contents.popLast()
            for content in batch.contents {
                try stream.meter.add(content.byteCount)
                sendData(content.buffer, stream, isLast: false)
            }
            if let last { try stream.meter.add(last.byteCount) }
            if batch.end != nil { try stream.meter.end() }
            let isEnded = stream.meter.isEnded
            // As with HTTP/1, no trailers follow a content of known length.
            let trailers = stream.meter.isChunked ? batch.end ?? [:] : [:]
            if let last { sendData(last.buffer, stream, isLast: isEnded && trailers.isEmpty) }
            guard isEnded else { return }
            if !trailers.isEmpty {
                write(.headers(.init(headers: try HPACKHeaders(trailers: trailers), endStream: true)), on: stream.id)
            } else if last == nil {
                sendData(ByteBuffer(), stream, isLast: true)
            }
            stream.isSending = false
        } catch {
            stream.exchange.fail(error)
        }
    }

    // MARK: Frames

    /// Sends what has been written, soon, together with what else is written until then.
    func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        // The end of the reading does it otherwise.
        if !isReading { loop.eventLoop.execute { self.sendQueued() } }
    }

    func sendQueued() {
        isFlushScheduled = false
        var rounds = 0
        repeat {
            let pumped = pumpQueue
            pumpQueue.removeAll(keepingCapacity: true)
            for stream in pumped { pump(stream) }
            // What leaves makes room, and may queue streams again.
            isFlushScheduled = true
            context?.flush()
            isFlushScheduled = false
            rounds += 1
        } while !pumpQueue.isEmpty && rounds < Self.roundsAtOnce
        if !pumpQueue.isEmpty { scheduleFlush() }
    }

    /// A frame goes to the socket.
    func wroteFrame(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .data(let payload):
            guard let stream = streams[frame.streamID] else { return }
            let count = payload.data.readableBytes
            stream.unsentBytes -= count
            stream.exchange.recorder?.sent(count + Self.frameHeadLength)
            stream.lastProgress = .now()
            if payload.endStream {
                stream.hasSentEnd = true
            } else if stream.unsentBytes < Self.unsentLimit {
                queue(stream)
            }
        case .headers(let payload):
            guard let stream = streams[frame.streamID] else { return }
            stream.exchange.recorder?.sent(payload.headers.byteCount)
            if payload.endStream { stream.hasSentEnd = true }
        default:
            break
        }
    }
}
