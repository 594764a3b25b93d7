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
        var (buffer, requests, parser) = (ByteBuffer(bytes: bytes), [Request](), RequestHeadParser())
        while let head = (try? parser.parse(&buffer)) ?? nil {
            let opensTunnel = head.method == .connect || ["/detach", "/ws"].contains { head.target.raw.hasPrefix($0) }
            requests.append(Request(method: head.method, isLast: opensTunnel))
            var body = BodyDecoder(framing: head.framing)
            content: while true {
                guard let event = try? body.decode(&buffer) else { return requests }
                switch event {
                case .data: continue
                case .needsMoreBytes: return requests
                case .end: break content
                }
            }
        }
        return requests
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
        var (buffer, parser) = (ByteBuffer(bytes: bytes), RequestHeadParser())
        var requests: [(target: String, method: HTTPRequest.Method, isComplete: Bool)] = []
        while let head = (try? parser.parse(&buffer)) ?? nil {
            requests.append((head.target.raw, head.method, false))
            var body = BodyDecoder(framing: head.framing)
            content: while true {
                guard let event = try? body.decode(&buffer) else { return requests }
                switch event {
                case .data: continue
                case .needsMoreBytes: return requests
                case .end: break content
                }
            }
            requests[requests.count - 1].isComplete = true
        }
        return requests
    }

    /// Traps if what a client has sent is anything but requests, the last of which may be cut off.
    static func checkRequests(_ bytes: [UInt8]) {
        var (buffer, parser) = (ByteBuffer(bytes: bytes), RequestHeadParser())
        do throws(HTTPParseError) {
            while let head = try parser.parse(&buffer) {
                var body = BodyDecoder(framing: head.framing)
                content: while true {
                    switch try body.decode(&buffer) {
                    case .data: continue
                    case .needsMoreBytes: return
                    case .end: break content
                    }
                }
            }
        } catch {
            fatalError("the client has sent what is not HTTP: \(error)\n\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
