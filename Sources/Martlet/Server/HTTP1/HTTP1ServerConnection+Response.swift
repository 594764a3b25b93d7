import HTTPTypes
import HTTPWire
import Logging
import NIOCore

extension HTTP1ServerConnection: ExchangeConnection {
    func end(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) {
        // Also when a change that came too late is reported: the response is complete nevertheless.
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

    func beginContent(_ exchange: ServerExchange) throws(HTTPServerError) -> FileWay {
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
        guard slice.isThere else { throw .fileTruncated }
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

    var isPeerGone: Bool { isClosed || (channel.hasPeerClosed && reader.isInsideRequest) }

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
        guard case .open = phase else { throw .connectionClosed }
    }

    /// Lets `body` write to the response of the exchange as the draft says.
    private func write(
        _ exchange: ServerExchange,
        _ body: (inout ResponseDraft) throws(HTTPServerError) -> Void
    ) throws(HTTPServerError) {
        try check(exchange)
        let wasChangedTooLate = try exchange.withDraft { (draft) throws(HTTPServerError) in
            if isServerClosing || isContentWithheld(exchange) || isContentTooMuch(exchange) {
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

    /// Whether the client waits to be told to send the content. When it never is, it may send the content all the
    /// same or leave it out (RFC 9110 section 10.1.1), so where the next request begins can't be known.
    private func isContentWithheld(_ exchange: ServerExchange) -> Bool {
        exchange.head.expectsContinue && !hasSentContinue && reader.isInsideRequest
            && timing.contentBytes == 0
    }

    /// Whether more content is announced than will be read for the sake of the connection, and nobody reads it.
    private func isContentTooMuch(_ exchange: ServerExchange) -> Bool {
        guard reader.isInsideRequest, let body = exchange.body, !body.isBeingRead else { return false }
        return (body.announcedLength ?? 0) > exchange.settings.configuration.maximumDrainedBytes
    }

    // MARK: The end of an exchange

    func handlerReturned(_ exchange: ServerExchange, error: (any Error)?) {
        settle(exchange, error)
    }

    /// Ends the exchange when the response is complete and the handler has returned, and goes on to the next request.
    func finishIfOver() {
        guard let exchange, writer.isEnded, !isHandlerRunning else { return }
        self.exchange = nil
        reportCompletion()
        guard case .open = phase else { return }
        exchange.body?.discard()
        if writer.mustClose || isServerClosing {
            closeAfterFlush(mayReceiveMore: exchange.head.isPersistent)
        } else if reader.isInsideRequest {
            drainAllowance = exchange.settings.configuration.maximumDrainedBytes
        }
        process()
    }

    // MARK: Requests that are none

    /// Answers what could not be understood, and closes.
    func refuse(_ error: HTTPParseError) {
        refuse(HTTPError(error.status, "\(error)"))
    }

    /// Answers a request whose head can't be understood or never came to its end, and closes.
    func refuse(_ error: HTTPError) {
        loop.settings.configuration.logger.debug("Refused a request: \(error.message)")
        guard loop.takesRefusals else {
            var writer = ResponseWriter(.noRequest)
            var draft = ResponseDraft(isPersistent: false)
            draft.status = error.status
            try? writer.end(.text(error.message), draft, loop.headConstants, into: &channel.output)
            return closeAfterFlush()
        }
        count(as: .active)
        timing.beganRequest(at: loop.now)
        begin(
            ServerExchange(
                connection: self,
                head: reader.refusedHead,
                body: nil,
                settings: loop.settings,
                refusal: error
            ),
            mayPersist: false
        )
    }
}
