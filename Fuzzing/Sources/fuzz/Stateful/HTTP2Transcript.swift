import HTTPTypes
import HTTPWire
import NIOCore

/// What a server has sent on an HTTP/2 connection, read by the readers of HTTPWire alone: it has to be frames, of responses
/// on streams that were opened, within the windows that were granted.
struct HTTP2Transcript {
    struct Response {
        fileprivate var reader: HTTP2ResponseReader
        var status: Int?
        var content: [UInt8] = []
        var isReset = false
        var isComplete: Bool { reader.isEnded }
    }

    private var frames = HTTP2FrameReader(of: .server, blockLimit: 1 << 20, continuationLimit: 64)
    private var decoder = HTTP2MessageDecoder()
    private var takenBytes = 0
    private(set) var responses: [UInt32: Response] = [:]
    private(set) var hasGoAway = false
    /// Whether what was sent is what was announced here: a request whose bytes were changed may have another method, and a
    /// window may be larger.
    var knowsRequests = true
    /// Whether it is known how large frames may be; after one that is larger than the reader takes, nothing more is read.
    var knowsFrameSize = true
    private var hasLargeFrame = false
    /// How much content has come, and how much may.
    private(set) var contentBytes = 0
    var window = 65_535
    /// Content for which no window has been given back.
    private(set) var unacknowledged: [UInt32: Int] = [:]

    /// A request has been begun on a stream.
    mutating func expect(_ stream: UInt32, _ method: HTTPRequest.Method) {
        if responses[stream] == nil {
            responses[stream] = Response(reader: HTTP2ResponseReader(stream: stream, method: method))
        }
    }

    /// Takes what is new of all that has come.
    mutating func read(_ received: [UInt8]) {
        // What does not begin as HTTP/2 is answered as HTTP/1.
        guard received.count > takenBytes, !hasLargeFrame, !received.starts(with: Array("HTTP/1.".utf8)) else { return }
        frames.append(ByteBuffer(bytes: received[takenBytes...]))
        takenBytes = received.count
        while true {
            do throws(HTTP2Error) {
                guard try take(frames.next()) else { return }
            } catch {
                if error.stream != nil, !knowsRequests { continue }
                hasLargeFrame = error.code == .frameSizeError && !(knowsFrameSize && knowsRequests)
                if hasLargeFrame { return }
                fatalError("the server has sent what is not HTTP/2: \(error)")
            }
        }
    }

    mutating func takeUnacknowledged() -> [UInt32: Int] {
        defer { unacknowledged = [:] }
        return unacknowledged
    }

    private mutating func take(_ event: HTTP2FrameReader.Event) throws(HTTP2Error) -> Bool {
        switch event {
        case .needsMoreBytes:
            return false
        case .failed(let error), .malformedHeaders(let error, stream: _, block: _, endsStream: _):
            throw error
        case .headers(let stream, let block, let endsStream):
            // A changed byte may be one of a stream's number.
            if !knowsRequests { expect(stream, .get) }
            guard var response = responses[stream] else { fatalError("HEADERS on \(stream), which was not opened") }
            guard !response.isReset else { fatalError("HEADERS on \(stream), which was reset") }
            switch try response.reader.receive(block, endsStream: endsStream, decoder: &decoder) {
            case .informational, .trailers: break
            case .head(let head): response.status = head.statusCode
            }
            responses[stream] = response
        case .data(let stream, let bytes, let flowBytes, let endsStream):
            guard var response = responses[stream] else { fatalError("DATA on \(stream), which was not opened") }
            guard !response.isReset else { fatalError("DATA on \(stream), which was reset") }
            contentBytes += flowBytes
            unacknowledged[stream, default: 0] += flowBytes
            guard contentBytes <= window || !knowsRequests else {
                fatalError("\(contentBytes) bytes in a window of \(window)")
            }
            // Taken out, so that its content is not copied.
            responses[stream] = nil
            defer { responses[stream] = response }
            response.content += bytes.readableBytesView
            // A content to CONNECT has no end that is known beforehand.
            try response.reader.receive(byteCount: bytes.readableBytes, endsStream: endsStream)
        case .reset(let stream, _):
            responses[stream]?.isReset = true
        case .goAway:
            hasGoAway = true
        case .settings, .settingsAcknowledged, .ping, .pingAcknowledged, .windowUpdate, .priority, .unknown:
            break
        }
        return true
    }
}
