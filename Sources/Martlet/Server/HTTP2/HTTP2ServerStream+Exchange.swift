import HTTPTypes
import HTTPWire
import NIOCore

/// How a stream's request gets to the handler, and its response to the client.
extension HTTP2ServerStream: ResponseCarrier {
    var info: HTTPConnectionInfo? { connection.info }

    var security: ConnectionSecurity? { connection.security }

    var isShared: Bool { true }

    var isPeerGone: Bool { isBroken || (connection.channel.hasPeerClosed && !isInputEnded) }

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

    func breakOff() {
        abandon(with: .internalError, notice: HTTPBodyError.connectionClosed)
    }

    // MARK: Responses

    func makeRoom() -> Bool { isWritable }

    func flushOutput() {
        connection.flushOutput()
    }

    // Files are read: with framing, `sendfile` would not make them any faster.
    var fileTransfer: FileTransfer { .bytes }

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
}
