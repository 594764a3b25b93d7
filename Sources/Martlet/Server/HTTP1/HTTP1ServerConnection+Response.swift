import HTTPTypes
import HTTPWire
import NIOCore

extension HTTP1ServerConnection: ExchangeConnection {
    func end(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) {
        // Also when a late change is reported: the response is complete nevertheless.
        defer { finishIfOver() }
        try write(exchange) { (draft) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: content.byteCount)
            try writer.end(content, draft, loop.headConstants, coding: coding, into: &channel.output)
        }
    }

    func write(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) -> Bool {
        try write(exchange) { (draft) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: nil)
            try writer.write(content, draft, loop.headConstants, coding: coding, into: &channel.output)
        }
        if channel.output.byteCount >= OutputBuffer.copyLimit * 2 { flushOutput() }
        return channel.isWritable
    }

    func beginContent(_ exchange: ServerExchange) throws(HTTPServerError) -> FileTransfer {
        try write(exchange) { (draft) throws(HTTPServerError) in
            guard !writer.isHeadWritten else { return }
            let coding = exchange.chooseCoding(&draft, wholeLength: nil)
            try writer.flush(draft, loop.headConstants, coding: coding, into: &channel.output)
        }
        guard writer.context.method != .head else { return .nothing }
        // The kernel can neither compress nor encrypt what it sends from a file.
        return writer.compressor == nil && loop.core.security == nil ? .regions : .bytes
    }

    func end(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool {
        guard try beginContent(exchange) == .regions else { return false }
        _ = try write(exchange, slice)
        try end(exchange, .none)
        return true
    }

    func write(_ exchange: ServerExchange, _ slice: FileSlice) throws(HTTPServerError) -> Bool {
        guard slice.isIntact else { throw .fileTruncated }
        try write(exchange) { (_) throws(HTTPServerError) in
            try writer.write(slice, into: &channel.output)
        }
        flushOutput()
        return channel.isWritable
    }

    func flush(_ exchange: ServerExchange) throws(HTTPServerError) -> Bool {
        try write(exchange) { (draft) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: nil)
            try writer.flush(draft, loop.headConstants, coding: coding, into: &channel.output)
        }
        flushOutput()
        return channel.isWritable
    }

    func writeInformational(
        _ exchange: ServerExchange,
        _ status: HTTPResponse.Status,
        _ fields: HTTPFields
    ) throws(HTTPServerError) {
        try check(exchange)
        try writer.writeInformational(status, fields, into: &channel.output)
        flushOutput()
    }

    func waitUntilWritable() async throws {
        try await writability.wait { self.channel.isWritable || self.isClosed }
    }

    private var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    var isShared: Bool { false }

    var isPeerGone: Bool { isClosed || machine.isCutOff }

    var isHeadWritten: Bool { writer.isHeadWritten }

    var isResponseEnded: Bool { writer.isEnded }

    var summary: HTTPResponseSummary { writer.summary }

    var receiver: (any DetachedReceiver)? { phase.receiver }

    func breakOff() {
        abort()
    }

    private func check(_ exchange: ServerExchange) throws(HTTPServerError) {
        guard self.exchange === exchange else {
            throw isClosed ? .connectionClosed : .responseEnded
        }
        guard isOpen else { throw .connectionClosed }
    }

    /// Runs `body` with the writer and the draft of the exchange's response.
    private func write(
        _ exchange: ServerExchange,
        _ body: (inout ResponseDraft) throws(HTTPServerError) -> Void
    ) throws(HTTPServerError) {
        try check(exchange)
        let wasChangedTooLate = try exchange.withDraft { (draft) throws(HTTPServerError) in
            if machine.mustClose(unreadLength: exchange.unreadLength, drainLimit: exchange.drainLimit) {
                draft.isPersistent = false
            }
            try body(&draft)
            draft.isHeadSent = writer.isHeadWritten
            defer { draft.wasChangedTooLate = false }
            return draft.wasChangedTooLate
        }
        flushSoon()
        if wasChangedTooLate { throw .headAlreadySent }
    }

    // MARK: The end of an exchange

    func handlerReturned(_ exchange: ServerExchange, error: (any Error)?) {
        settle(exchange, error)
    }
}

extension ServerExchange {
    /// How much content the client has announced that no handler reads.
    fileprivate var unreadLength: Int {
        guard let body, !body.isBeingRead else { return 0 }
        return body.announcedLength ?? 0
    }

    /// How much of that is read for the sake of the connection.
    fileprivate var drainLimit: Int { settings.configuration.maximumDrainedBytes }
}
