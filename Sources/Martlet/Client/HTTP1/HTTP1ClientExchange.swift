import HTTPTypes
import NIOCore

/// An exchange on an HTTP/1 connection: what is still to be sent of its request, and what has arrived of its response.
/// A plain value: what it writes goes to the output that it is given.
struct HTTP1ClientExchange {
    let exchange: ClientExchange
    var response = ResponseInbox()
    var continueWait = ContinueWait()
    private var writer = HTTP1RequestWriter()

    /// Writes the head of the request, and its content if that is known and need not wait.
    init(_ exchange: ClientExchange, into output: inout OutputBuffer) throws(HTTPClientError) {
        self.exchange = exchange
        try writer.writeHead(exchange.request, into: &output)
        if !exchange.request.expectsContinue { try writeWhole(into: &output) }
    }

    /// Whether all of the request has been written.
    var isRequestComplete: Bool { writer.isEnded }

    /// Writes the content, if all of it is known.
    mutating func writeWhole(into output: inout OutputBuffer) throws(HTTPClientError) {
        guard case .whole(let content) = exchange.content else { return }
        try write(content, into: &output)
        try endRequest(into: &output)
    }

    /// Writes some of the content.
    mutating func write(_ content: OutgoingContent, into output: inout OutputBuffer) throws(HTTPClientError) {
        try writer.write(content, into: &output)
    }

    /// Writes the end of the request.
    mutating func endRequest(trailers: HTTPFields = [:], into output: inout OutputBuffer) throws(HTTPClientError) {
        try writer.end(trailers: trailers, into: &output)
    }

    /// Leaves the rest of the request unsent.
    mutating func stopSending() {
        continueWait.end()
        if case .stream(let body) = exchange.content { body.stop() }
    }
}
