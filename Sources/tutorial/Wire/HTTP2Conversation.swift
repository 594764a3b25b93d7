import HTTPTypes
import HTTPWire
import NIOCore

/// Reads the frames of an HTTP/2 connection in both directions, and says what was exchanged. A plain value without a
/// socket: bytes may arrive in any pieces.
///
/// On the wire the fields are compressed (HPACK), each block building on those before it; here they are decompressed.
struct HTTP2Conversation: Sendable {
    /// How many streams may be open. With more, the rest of the connection is not recorded.
    static let openLimit = 256

    fileprivate struct Stream {
        let number: Int
        var method = HTTPRequest.Method.get
        var request = WireMessageRecorder()
        var response = WireMessageRecorder()
        /// Whether the final head of the response has been sent.
        var isAnswered = false
        var note: String?
    }

    /// The exchanges that have changed since they were taken, by their numbers.
    private(set) var changes: [Int: WireExchange] = [:]
    private var streams: [UInt32: Stream] = [:]
    private var count = 0
    private var isOver = false
    private var requestFrames = HTTP2FrameReader(of: .client, blockLimit: 65_536, continuationLimit: 64)
    private var requestFields = HTTP2MessageDecoder()
    private var responseFrames = HTTP2FrameReader(of: .server, blockLimit: 65_536, continuationLimit: 64)
    private var responseFields = HTTP2MessageDecoder()

    mutating func takeChanges() -> [Int: WireExchange] {
        defer { changes = [:] }
        return changes
    }

    /// The client has sent these bytes.
    mutating func receive(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        requestFrames.append(bytes)
        while !isOver {
            switch requestFrames.next() {
            case .needsMoreBytes: return
            case .failed(let error) where error.stream == nil: isOver = true
            case let event: take(event, from: .client)
            }
        }
    }

    /// The server has sent these bytes.
    mutating func send(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        responseFrames.append(bytes)
        while !isOver {
            switch responseFrames.next() {
            case .needsMoreBytes: return
            case .failed(let error) where error.stream == nil: isOver = true
            case let event: take(event, from: .server)
            }
        }
    }

    // MARK: Frames

    private mutating func take(_ event: HTTP2FrameReader.Event, from peer: HTTP2Endpoint) {
        switch event {
        case .headers(let stream, let block, let endsStream),
            .malformedHeaders(_, let stream, let block, let endsStream):
            do throws(HTTP2Error) {
                switch peer {
                case .client: try takeRequest(block, stream, endsStream)
                case .server: try takeResponse(block, stream, endsStream)
                }
            } catch {
                // The tables of the compression no longer agree.
                isOver = true
            }
        case .data(let stream, let bytes, _, let endsStream):
            change(stream) { exchange in
                exchange.edit(peer) { $0.add(frame: "DATA (\(bytes.readableBytes) bytes)") }
                exchange.edit(peer) { $0.add(content: bytes) }
            }
            if endsStream { end(stream, peer) }
        case .reset(let stream, let code):
            change(stream) { exchange in
                exchange.edit(peer) { $0.add(frame: "RST_STREAM (code \(code))") }
            }
            streams[stream] = nil
        case .needsMoreBytes, .failed, .priority, .settings, .settingsAcknowledged, .ping, .pingAcknowledged, .goAway,
            .windowUpdate, .unknown:
            break
        }
    }

    private mutating func takeRequest(
        _ block: ByteBuffer,
        _ stream: UInt32,
        _ endsStream: Bool
    ) throws(HTTP2Error) {
        guard streams[stream] == nil else {
            try requestFields.skip(block)
            change(stream) { $0.request.add(frame: "HEADERS (trailers)") }
            return end(stream, .client)
        }
        let outcome = try requestFields.decodeRequest(block, stream: stream, endsStream: endsStream)
        guard streams.count < Self.openLimit else {
            isOver = true
            return
        }
        streams[stream] = Stream(number: count)
        count += 1
        let refused = requestFields.refusedRequest
        change(stream) { exchange in
            exchange.request.add(frame: "HEADERS (stream \(stream))")
            switch outcome {
            case .message(let head): exchange.add(head)
            case .malformed(let error):
                exchange.note = "The request is malformed: \(error)."
            case .refused(let error):
                if let refused { exchange.add(refused) }
                exchange.note = "The request is malformed: \(error)."
            }
        }
        if endsStream { end(stream, .client) }
    }

    private mutating func takeResponse(
        _ block: ByteBuffer,
        _ stream: UInt32,
        _ endsStream: Bool
    ) throws(HTTP2Error) {
        guard let exchange = streams[stream], !exchange.isAnswered else {
            try responseFields.skip(block)
            change(stream) { $0.response.add(frame: "HEADERS (trailers)") }
            return end(stream, .server)
        }
        let outcome = try responseFields.decodeResponse(
            block,
            to: exchange.method,
            stream: stream,
            endsStream: endsStream
        )
        change(stream) { exchange in
            exchange.response.add(frame: "HEADERS (stream \(stream))")
            guard case .message(let head) = outcome else { return }
            exchange.isAnswered = head.statusCode >= 200
            exchange.response.add(
                head: ":status: \(head.statusCode)\r\n\(head.fields.makeHTTPFields().lines)\r\n".utf8,
                fields: head.fields.makeHTTPFields()
            )
        }
        if endsStream { end(stream, .server) }
    }

    private mutating func end(_ stream: UInt32, _ peer: HTTP2Endpoint) {
        change(stream) { exchange in
            exchange.edit(peer) { $0.end() }
        }
        guard let exchange = streams[stream] else { return }
        if exchange.request.message.isComplete, exchange.response.message.isComplete { streams[stream] = nil }
    }

    private mutating func change(_ stream: UInt32, _ body: (inout Stream) -> Void) {
        guard var exchange = streams[stream] else { return }
        body(&exchange)
        streams[stream] = exchange
        changes[exchange.number] = WireExchange(
            version: .http2,
            request: exchange.request.message,
            response: exchange.response.message,
            note: exchange.note
        )
    }
}

extension HTTP2Conversation.Stream {
    fileprivate mutating func add(_ head: RequestHead) {
        method = head.method
        let fields = head.fields.makeHTTPFields()
        let pseudo = ":method: \(head.method.rawValue)\r\n:path: \(head.target.raw)\r\n"
        request.add(head: "\(pseudo)\(fields.lines)\r\n".utf8, fields: fields)
    }

    fileprivate mutating func edit(_ peer: HTTP2Endpoint, _ body: (inout WireMessageRecorder) -> Void) {
        switch peer {
        case .client: body(&request)
        case .server: body(&response)
        }
    }
}

extension HTTPFields {
    /// The fields as lines of text, the host in front of them as the pseudo-field of HTTP/2.
    fileprivate var lines: String {
        var (authority, lines) = ("", "")
        for field in self {
            switch field.name.canonicalName {
            case "host": authority += ":authority: \(field.value)\r\n"
            case let name: lines += "\(name): \(field.value)\r\n"
            }
        }
        return authority + lines
    }
}
