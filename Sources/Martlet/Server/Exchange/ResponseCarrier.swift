import HTTPTypes
import HTTPWire

/// A carrier of exchanges as it writes their responses, which is the same for all versions of HTTP but for the encoder.
/// Members are called on the loop.
///
/// The extension is compiled for each carrier: nothing is looked up for a request.
protocol ResponseCarrier: ExchangeConnection {
    associatedtype Encoder: ResponseEncoder

    /// Lets `body` write to the response of the exchange, and sends what it has written soon. Throws when the response is
    /// over, or when something was changed after the head had been sent.
    func respond(
        _ exchange: ServerExchange,
        _ body: (inout ResponseWriter, inout ResponseDraft, inout Encoder) throws(HTTPServerError) -> Void
    ) throws(HTTPServerError)
    /// Sends what has piled up. False when the caller should wait until the client has taken some.
    func makeRoom() -> Bool
    /// Sends everything.
    func flushOutput()
    /// How a file's content can follow the head that has been written.
    var fileTransfer: FileTransfer { get }
}

extension ResponseCarrier {
    func end(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) {
        // Also when a late change is reported: the response is complete nevertheless.
        defer { finishIfOver() }
        try respond(exchange) { (writer, draft, encoder) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: content.byteCount)
            try writer.end(content, draft, loop.headConstants, coding: coding, into: &encoder)
        }
    }

    func write(_ exchange: ServerExchange, _ content: OutgoingContent) throws(HTTPServerError) -> Bool {
        try respond(exchange) { (writer, draft, encoder) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: nil)
            try writer.write(content, draft, loop.headConstants, coding: coding, into: &encoder)
        }
        return makeRoom()
    }

    func flush(_ exchange: ServerExchange) throws(HTTPServerError) -> Bool {
        try respond(exchange) { (writer, draft, encoder) throws(HTTPServerError) in
            let coding = writer.isHeadWritten ? nil : exchange.chooseCoding(&draft, wholeLength: nil)
            try writer.flush(draft, loop.headConstants, coding: coding, into: &encoder)
        }
        flushOutput()
        return makeRoom()
    }

    func beginContent(_ exchange: ServerExchange) throws(HTTPServerError) -> FileTransfer {
        var sendsContent = true
        try respond(exchange) { (writer, draft, encoder) throws(HTTPServerError) in
            sendsContent = writer.sendsContent
            guard !writer.isHeadWritten else { return }
            let coding = exchange.chooseCoding(&draft, wholeLength: nil)
            try writer.flush(draft, loop.headConstants, coding: coding, into: &encoder)
        }
        return sendsContent ? fileTransfer : .nothing
    }
}

extension ServerExchange {
    /// Lets `body` write the response from its draft. Throws when something was changed after the head had been sent.
    @inline(__always)
    func write(
        with writer: inout ResponseWriter,
        _ body: (inout ResponseWriter, inout ResponseDraft) throws(HTTPServerError) -> Void
    ) throws(HTTPServerError) -> Bool {
        try withDraft { (draft) throws(HTTPServerError) in
            try body(&writer, &draft)
            draft.isHeadSent = writer.isHeadWritten
            defer { draft.wasChangedTooLate = false }
            return draft.wasChangedTooLate
        }
    }
}
