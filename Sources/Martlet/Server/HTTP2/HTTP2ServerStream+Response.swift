import HTTPTypes
import HTTPWire
import NIOCore

extension HTTP2ServerStream: ExchangeConnection {
    var info: HTTPConnectionInfo? { connection.info }

    var security: ConnectionSecurity? { connection.security }

    var isShared: Bool { true }

    var isPeerGone: Bool { isBroken || (connection.channel.hasPeerClosed && !isInputEnded) }

    var isHeadWritten: Bool { writer.isHeadWritten }

    var isResponseEnded: Bool { writer.isEnded }

    var summary: HTTPResponseSummary { writer.summary }

    func startHandler(
        _ handler: @escaping HTTPServer.Handler,
        for exchange: ServerExchange,
        on executor: (any TaskExecutor)?
    ) {
        // A stream carries one request, so this always starts a task.
        _ = self.handler.deliver(exchange)
        let task = loop.shutdownContext.run {
            if let executor {
                Task(executorPreference: executor) { await exchange.run(handler) }
            } else {
                // Runs up to the handler's first suspension before it returns: no hop, no queue.
                Task.immediate(executorPreference: loop.executor) { await exchange.run(handler) }
            }
        }
        self.handler.started(task)
    }

    // MARK: Writing

    func end(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) {
        // Also when a late change is reported: the response is complete nevertheless.
        defer { finishIfOver() }
        try write(exchange) { (draft) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: content.byteCount)
            try writer.end(content, draft, loop.headConstants, coding: coding, into: &connection.scratch)
        }
    }

    func write(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) -> Bool {
        try write(exchange) { (draft) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: nil)
            try writer.write(content, draft, loop.headConstants, coding: coding, into: &connection.scratch)
        }
        return isWritable
    }

    func flush(_ exchange: ServerExchange) throws(HTTPServerError) -> Bool {
        try flushWriter(exchange)
        connection.flushOutput()
        return isWritable
    }

    private func flushWriter(_ exchange: ServerExchange) throws(HTTPServerError) {
        try write(exchange) { (draft) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: nil)
            try writer.flush(draft, loop.headConstants, coding: coding, into: &connection.scratch)
        }
    }

    func writeInformational(
        _ exchange: ServerExchange,
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields
    ) throws(HTTPServerError) {
        try check(exchange)
        try writer.checkInformational(status, fields)
        connection.writeHeaders(number, endsStream: false) { block in
            connection.encoder.begin(&block)
            connection.encoder.write(status: status.code, to: &block)
            for field in fields { connection.encoder.write(field, to: &block) }
        }
        connection.flushOutput()
    }

    func beginContent(_ exchange: ServerExchange) throws(HTTPServerError) -> FileTransfer {
        if !writer.isHeadWritten { try flushWriter(exchange) } else { try check(exchange) }
        return writer.context.method == .head ? .nothing : .bytes
    }

    func end(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool {
        try check(exchange)
        return false
    }

    func write(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool {
        // Files are read: with framing, `sendfile` would not make them any faster.
        let bytes: ByteBuffer
        do {
            bytes = try slice.file.read(slice.range)
        } catch {
            throw .fileTruncated
        }
        guard bytes.readableBytes == slice.byteCount else { throw .fileTruncated }
        return try write(exchange, .buffer(bytes))
    }

    func check(_ exchange: ServerExchange) throws(HTTPServerError) {
        guard self.exchange === exchange else {
            throw isBroken ? .connectionClosed : .responseEnded
        }
    }

    /// Runs `body` with the writer and the draft of the exchange's response.
    private func write(
        _ exchange: ServerExchange,
        _ body: (inout ResponseDraft) throws(HTTPServerError) -> Void
    ) throws(HTTPServerError) {
        try check(exchange)
        // Also what was written before an error: it must not end up in another response.
        defer { sendWritten() }
        let wasChangedTooLate = try exchange.withDraft { (draft) throws(HTTPServerError) in
            try body(&draft)
            draft.isHeadSent = writer.isHeadWritten
            defer { draft.wasChangedTooLate = false }
            return draft.wasChangedTooLate
        }
        if wasChangedTooLate { throw .headAlreadySent }
    }

    /// Sends the writer's output.
    func sendWritten() {
        sendScratch {
            if writer.isEnded { output.finish(trailers: writer.http2Trailers) }
            guard let head = writer.http2Head.take() else { return }
            let endsStream = output.endWithHead()
            connection.writeHeaders(number, endsStream: endsStream) { block in
                head.encode(with: &connection.encoder, loop.headConstants, to: &block)
            }
            if endsStream { outputEnded() }
        }
    }

    // MARK: The end of an exchange

    func handlerReturned(_ exchange: ServerExchange, error: (any Error)?) {
        handler.ended()
        if isCounted {
            isCounted = false
            connection.multiplexer.handlerReturned()
        }
        settle(exchange, error)
    }

    func breakOff() {
        abandon(with: .internalError, notice: HTTPBodyError.connectionClosed)
    }

    // MARK: Requests that are none

    /// Answers a malformed request.
    func refuse(_ error: HTTPParseError) {
        var draft = ResponseDraft(isPersistent: true)
        draft.status = error.status
        try? writer.end(.text("\(error)"), draft, loop.headConstants, into: &connection.scratch)
        sendWritten()
        finishIfOver()
    }
}
