import HTTPTypes
import HTTPWire
import NIOCore

/// Sending requests. Members are called on the loop.
extension HTTP2ClientConnection {
    static let frameHeadLength = 9
    /// How many bytes of content may be queued before no more is taken from the writer.
    private static let unsentLimit = 131_072
    /// How many rounds of new content are sent before the loop turns to other work.
    private static let roundsAtOnce = 16

    // MARK: Content

    /// Sends the content of a request, or starts sending it.
    func sendContent(_ stream: HTTP2ClientStream) {
        if stream.exchange.request.expectsContinue {
            startContinueTimer(stream)
        } else if case .whole(let content) = stream.exchange.content {
            sendWhole(content, stream)
        }
        guard case .stream(let body) = stream.exchange.content else { return }
        body.connect { [weak self, weak exchange = stream.exchange] in
            guard let self, let exchange else { return }
            self.loop.eventLoop.execute {
                if let stream = self.stream(of: exchange) { self.queue(stream) }
            }
        }
    }

    /// Its length has been checked.
    private func sendWhole(_ content: OutgoingContent, _ stream: HTTP2ClientStream) {
        guard stream.output.isOpen else { return }
        stream.output.append(UnsentContent(content))
        stream.output.finish()
        send(stream)
    }

    /// The server wants the content, or has not said so in time.
    func sendAfterContinue(_ stream: HTTP2ClientStream) {
        guard stream.awaitsContinue else { return }
        stream.endContinueWait()
        stream.progressed(at: .now())
        if case .whole(let content) = stream.exchange.content {
            sendWhole(content, stream)
        } else {
            queue(stream)
        }
    }

    private func startContinueTimer(_ stream: HTTP2ClientStream) {
        let (wait, number) = (TimeAmount(core.configuration.expectContinueTimeout), stream.number)
        let timer = loop.eventLoop.scheduleTask(in: wait) { [weak self] in
            guard let self, let stream = self.multiplexer.streams[number] else { return }
            self.sendAfterContinue(stream)
        }
        stream.awaitContinue(until: timer)
    }

    /// A stream's writer may have added content.
    private func queue(_ stream: HTTP2ClientStream) {
        guard stream.queueForPump() else { return }
        pumpQueue.append(stream)
        flushSoon()
    }

    /// There is room for more content.
    func contentHasLeft(_ stream: HTTP2ClientStream) {
        if stream.output.byteCount <= Self.unsentLimit / 2 { queue(stream) }
    }

    /// Moves content from its writer to the stream's queue.
    private func pump(_ stream: HTTP2ClientStream) {
        stream.leavePumpQueue()
        guard stream.output.isOpen, !stream.awaitsContinue, stream.output.byteCount < Self.unsentLimit,
            multiplexer.streams[stream.number] === stream, case .stream(let body) = stream.exchange.content
        else { return }
        do throws(HTTPClientError) {
            try stream.takeContent(of: body)
        } catch {
            stream.exchange.fail(error)
        }
        multiplexer.enqueue(stream)
    }

    func encode(trailers: HTTPFields, to block: inout ByteBuffer) {
        encoder.begin(&block)
        for field in trailers { encoder.write(trailer: field, to: &block) }
    }

    // MARK: The socket

    /// Flushes soon, together with what is written until then.
    func flushSoon() {
        guard channel.deferFlush() else { return }
        // Otherwise the end of the read does it.
        if !channel.isReading { loop.eventLoop.execute { self.sendQueued() } }
    }

    func sendQueued() {
        // This also sends what is written meanwhile.
        _ = channel.deferFlush()
        var rounds = 0
        repeat {
            let pumped = pumpQueue
            pumpQueue.removeAll(keepingCapacity: true)
            for stream in pumped { pump(stream) }
            resumeSending()
            flushOutput()
            rounds += 1
        } while !pumpQueue.isEmpty && rounds < Self.roundsAtOnce
        channel.endFlushDeferral()
        if context != nil, !pumpQueue.isEmpty || !channel.output.isEmpty { flushSoon() }
    }

    /// Writes the output to the socket.
    func flushOutput() {
        writeAndFlush()
    }
}
