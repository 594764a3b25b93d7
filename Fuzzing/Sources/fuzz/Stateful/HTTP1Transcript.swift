import HTTPTypes
import HTTPWire
import NIOCore

/// The two directions of an HTTP/1 connection, read by the readers of HTTPWire alone: what the server has sent has to be
/// responses to what it was sent.
struct HTTP1Transcript {
    struct Request {
        var method: HTTPRequest.Method
        /// Whether bytes of another protocol follow.
        var isLast: Bool
    }

    struct Response: Equatable, CustomStringConvertible {
        var status: Int
        var content: [UInt8]
        var isComplete: Bool

        var description: String { "\(status) \(content.count) bytes \(isComplete)" }
    }

    /// The requests as far as they can be read.
    static func requests(in bytes: [UInt8]) -> [Request] {
        messages(in: bytes).map { message in
            let head = message.head
            let opensTunnel = head.method == .connect || ["/detach", "/ws"].contains { head.target.raw.hasPrefix($0) }
            return Request(method: head.method, isLast: opensTunnel)
        }
    }

    private typealias Message = (head: RequestHead, isComplete: Bool)

    /// The heads of the requests that can be read, and whether the content of each is there too.
    private static func messages(in bytes: [UInt8]) -> [Message] {
        var messages: [Message] = []
        try? read(bytes, into: &messages)
        return messages
    }

    /// Reads requests up to the end of the bytes, or to the first rule that they break.
    private static func read(_ bytes: [UInt8], into messages: inout [Message]) throws(HTTPParseError) {
        var (buffer, parser) = (ByteBuffer(bytes: bytes), RequestHeadParser())
        while let head = try parser.parse(&buffer) {
            messages.append((head, false))
            var body = BodyDecoder(framing: head.framing)
            content: while true {
                switch try body.decode(&buffer) {
                case .data: continue
                case .needsMoreBytes: return
                case .end: break content
                }
            }
            messages[messages.count - 1].isComplete = true
        }
    }

    /// The final responses, the last of which may be cut off.
    static func responses(in bytes: [UInt8], to requests: [Request], isEnded: Bool) -> [Response] {
        var (buffer, responses, parser) = (ByteBuffer(bytes: bytes), [Response](), ResponseHeadParser())
        do throws(HTTPParseError) {
            while buffer.readableBytes > 0 {
                let request = responses.count < requests.count ? requests[responses.count] : nil
                guard let head = try parser.parse(&buffer, requestMethod: request?.method ?? .get) else { break }
                if head.statusCode < 200, head.statusCode != 101 { continue }
                var response = Response(status: head.statusCode, content: [], isComplete: false)
                if request?.isLast == true, head.statusCode < 300 { return responses + [response] }
                var body = BodyDecoder(framing: head.framing)
                content: while true {
                    switch try body.decode(&buffer) {
                    case .data(let bytes):
                        response.content += bytes.readableBytesView
                    case .needsMoreBytes:
                        if isEnded, head.framing == .untilClose { response.isComplete = true }
                        return responses + [response]
                    case .end:
                        response.isComplete = true
                        break content
                    }
                }
                responses.append(response)
            }
        } catch {
            fatalError("the server has sent what is not HTTP: \(error)\n\(String(decoding: bytes, as: UTF8.self))")
        }
        return responses
    }
}

/// What a client has sent.
extension HTTP1Transcript {
    /// Its requests, the last of which may not be complete.
    static func targets(in bytes: [UInt8]) -> [(target: String, method: HTTPRequest.Method, isComplete: Bool)] {
        messages(in: bytes).map { ($0.head.target.raw, $0.head.method, $0.isComplete) }
    }

    /// Traps if what a client has sent is anything but requests, the last of which may be cut off.
    static func checkRequests(_ bytes: [UInt8]) {
        var messages: [Message] = []
        do throws(HTTPParseError) {
            try read(bytes, into: &messages)
        } catch {
            fatalError("the client has sent what is not HTTP: \(error)\n\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
