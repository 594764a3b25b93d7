import HTTPTypes
import HTTPWire
import NIOCore

/// The content of a request on its way out. All of it is called on the loop.
extension HTTP1ClientConnection {
    /// Sends what there is of the content of `exchange`.
    func pump(_ exchange: ClientExchange) {
        if current?.exchange === exchange { pump() }
    }

    /// Sends what there is of the present request's content.
    func pump() {
        guard !isPumping, !isFlushing else {
            hasMoreToPump = true
            return
        }
        isPumping = true
        repeat {
            hasMoreToPump = false
            sendBatch()
        } while hasMoreToPump
        isPumping = false
    }

    private func sendBatch() {
        guard let sending = current, case .stream(let body) = sending.exchange.content,
            !sending.awaitsContinue, !sending.writer.isEnded, context?.channel.isWritable == true
        else { return }
        let batch = body.take()
        do throws(HTTPClientError) {
            for content in batch.contents {
                try current?.writer.write(content, into: &channel.output)
                if channel.output.byteCount >= OutputBuffer.copyLimit * 4 { flushOutput() }
            }
            if let trailers = batch.end {
                try current?.writer.end(trailers: trailers, into: &channel.output)
            }
        } catch {
            sending.exchange.fail(error)
            return
        }
        current?.lastProgress = .now()
        flushOutput()
    }

    /// The server wants the content, or has let the time pass in which it could have said so.
    func sendContent(of exchange: ClientExchange) {
        guard let current, current.exchange === exchange, current.awaitsContinue else { return }
        self.current?.awaitsContinue = false
        self.current?.lastProgress = .now()
        continueTimer?.cancel()
        continueTimer = nil
        if case .whole(let content) = exchange.content {
            do throws(HTTPClientError) {
                try self.current?.writer.write(content, into: &channel.output)
                try self.current?.writer.end(into: &channel.output)
            } catch {
                return exchange.fail(error)
            }
            flushOutput()
        } else {
            pump()
        }
    }

    func startContinueTimer(_ exchange: ClientExchange) {
        let wait = TimeAmount(core.configuration.expectContinueTimeout)
        continueTimer = loop.eventLoop.scheduleTask(in: wait) { [weak self] in
            self?.sendContent(of: exchange)
        }
    }

    /// Leaves the rest of the request unsent; the connection can't be used again after that.
    func stopSending() {
        continueTimer?.cancel()
        continueTimer = nil
        current?.awaitsContinue = false
        current?.mayReuse = false
        if case .stream(let body) = current?.exchange.content { body.stop() }
    }

    func receivedInformational(_ head: ResponseHead, _ exchange: ClientExchange) {
        exchange.note { $0.hasAnswer = true }
        if head.statusCode == 100 {
            sendContent(of: exchange)
        }
        if !exchange.opensTunnel { core.configuration.onInformationalHead?(head) }
        exchange.onInformational?(head.status, head.fields.makeHTTPFields())
    }

    /// Shows the head of a request to whoever wants to see it.
    func show(_ request: OutgoingRequest) {
        guard let onRequestHead = core.configuration.onRequestHead else { return }
        var writer = HTTP1RequestWriter()
        var output = OutputBuffer()
        guard (try? writer.writeHead(request, into: &output)) != nil else { return }
        onRequestHead(String(buffer: output.tail))
    }
}
