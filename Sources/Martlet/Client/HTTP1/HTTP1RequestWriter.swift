import HTTPTypes
import HTTPWire
import NIOCore

/// Turns a request into the bytes of HTTP/1.1.
///
/// A plain value: it appends to a buffer, without access to sockets. When a member throws, it has appended nothing.
struct HTTP1RequestWriter {
    private var meter = RequestContentMeter()

    /// Whether the request is complete.
    var isEnded: Bool { meter.isEnded }

    /// Writes the request line and the fields.
    mutating func writeHead(
        _ request: borrowing OutgoingRequest,
        into output: inout OutputBuffer
    ) throws(HTTPClientError) {
        let start = output.tail.writerIndex
        do {
            try Self.writeHead(request, to: &output.tail)
        } catch {
            output.tail.moveWriterIndex(to: start)
            throw error
        }
        meter = RequestContentMeter(request.framing)
    }

    /// Adds to the content.
    mutating func write(_ content: OutgoingContent, into output: inout OutputBuffer) throws(HTTPClientError) {
        let count = content.byteCount
        guard count > 0 else { return }
        try meter.add(count)
        if meter.isChunked { content.appendChunk(to: &output) } else { content.append(to: &output) }
    }

    /// Ends the request.
    mutating func end(trailers: HTTPFields = [:], into output: inout OutputBuffer) throws(HTTPClientError) {
        guard !isEnded else { return }
        if meter.isChunked {
            do {
                try output.tail.writeLastChunk(trailers: trailers)
            } catch {
                throw .invalidHeader("\(error)")
            }
        }
        try meter.end()
    }

    /// The head of a request as readable text; nil when it can't be written.
    static func text(of request: borrowing OutgoingRequest) -> String? {
        var buffer = ByteBuffer()
        do {
            try writeHead(request, to: &buffer)
            return String(buffer: buffer)
        } catch {
            return nil
        }
    }

    private static func writeHead(
        _ request: borrowing OutgoingRequest,
        to buffer: inout ByteBuffer
    ) throws(HTTPClientError) {
        do {
            try buffer.writeRequestLine(method: request.method, target: request.target)
            if let fields = request.fields {
                if fields[.hostField] == nil {
                    try buffer.writeField(.hostField, request.host)
                }
                var hasCookie = false
                for field in fields {
                    if field.name == .cookie {
                        // HTTPFields splits cookies, which HTTP/1.1 wants in one line (RFC 6265 section 5.4).
                        if !hasCookie { try buffer.writeField(.cookie, fields[.cookie] ?? "") }
                        hasCookie = true
                    } else {
                        try append(field, to: &buffer)
                    }
                }
            } else {
                try buffer.writeField(.hostField, request.host)
                buffer.writeImmutableBuffer(request.renderedFields)
            }
        } catch let error as HTTPWriteError {
            throw error.reason == .invalidMethod ? .invalidMethod(request.method.rawValue) : .invalidHeader("\(error)")
        } catch {
            throw .invalidHeader("\(error)")
        }
        if !request.isPersistent {
            buffer.writeStaticString("Connection: close\r\n")
        }
        switch request.framing {
        case .none:
            // A method with content must say that there is none (RFC 9110 section 8.6).
            if request.method == .post || request.method == .put || request.method == .patch {
                buffer.writeContentLength(0)
            }
        case .contentLength(let length):
            buffer.writeContentLength(length)
        case .chunked:
            buffer.writeStaticString("Transfer-Encoding: chunked\r\n")
        }
        if request.expectsContinue {
            buffer.writeStaticString("Expect: 100-continue\r\n")
        }
        buffer.writeEndOfHead()
    }

    /// Writes a field, unless the request's properties determine it.
    private static func append(_ field: HTTPField, to buffer: inout ByteBuffer) throws {
        switch field.name.canonicalName {
        case "content-length", "expect":
            return
        case "transfer-encoding":
            throw HTTPClientError.invalidHeader(
                "Transfer-Encoding is set by the client. Leave contentLength nil for chunked content."
            )
        case "connection" where field.value.lowercased() == "close":
            return
        default:
            try buffer.writeField(field.name, field.value)
        }
    }
}
