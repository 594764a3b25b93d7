import HTTPTypes
import HTTPWire
import NIOCore

/// The content of a request on its way to its stream's output: it is as long as the head says, and may have to wait for
/// 100 (Continue). A plain value.
struct HTTP2RequestContent {
    var continueWait = ContinueWait()
    private var meter: RequestContentMeter

    /// Content with this framing.
    init(_ framing: OutgoingRequest.Framing) {
        self.meter = RequestContentMeter(framing)
    }

    /// Moves what the writer of the content has written to `output`.
    mutating func move(_ batch: OutgoingBody.Batch, to output: inout HTTP2StreamOutput) throws(HTTPClientError) {
        for content in batch.contents {
            try meter.add(content.byteCount)
            if content.byteCount > OutputBuffer.heldBytes {
                output.append(UnsentContent(content))
            } else {
                output.append(content.buffer)
            }
        }
        if let trailers = batch.end {
            try meter.end()
            // As with HTTP/1, no trailers follow content of known length.
            if meter.isChunked, !trailers.isEmpty {
                try Self.check(trailers: trailers)
                output.finish(trailers: trailers)
            }
        }
        if meter.isEnded { output.finish() }
    }

    private static func check(trailers: HTTPFields) throws(HTTPClientError) {
        for field in trailers where ForbiddenTrailers.contains(field.name) {
            throw .invalidHeader("\(field.name) must not be a trailer (RFC 9110 section 6.5.1)")
        }
    }
}
