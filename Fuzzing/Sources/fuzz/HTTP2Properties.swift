import HTTPTypes
import HTTPWire
import NIOCore

/// What has to hold for HTTP/2: frames do not depend on how their bytes were cut, and a request that is accepted is one
/// that could have come over HTTP/1.1 just as well, so that nothing can hide in it.
enum HTTP2Properties {
    private static let beginning = HTTP2FrameReader.preface + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    static func checkFrames(_ bytes: [UInt8]) {
        // Behind what every connection begins with, and without it.
        for bytes in [beginning + bytes, bytes] {
            let outcomes = cuts(of: bytes).map { read($0) }
            for outcome in outcomes { expectEqual(outcome, outcomes[0], "depends on the cut") }
        }
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> [String] {
        var reader = HTTP2FrameReader(of: .client, blockLimit: 400, continuationLimit: 3)
        var decoder = HTTP2MessageDecoder()
        var events: [String] = []
        for piece in pieces {
            reader.append(ByteBuffer(bytes: piece))
            reading: while true {
                let event = reader.next()
                switch event {
                case .needsMoreBytes:
                    break reading
                case .headers(let stream, let block, let endsStream):
                    events.append("headers \(stream) \(endsStream) \(Array(block.readableBytesView))")
                    do throws(HTTP2Error) {
                        events.append("\(try decoder.decodeTrailers(block, stream: stream))")
                    } catch {
                        return events + ["\(error)"]
                    }
                case .malformedHeaders(let error, _, let block, let endsStream):
                    events.append("\(error) \(endsStream) \(Array(block.readableBytesView))")
                case .data(let stream, let bytes, let flowBytes, let endsStream):
                    events.append("data \(stream) \(flowBytes) \(endsStream) \(Array(bytes.readableBytesView))")
                case .failed(let error):
                    events.append("\(error)")
                    if error.stream == nil { return events }
                default:
                    events.append("\(event)")
                }
            }
        }
        return events
    }

    /// Takes the input for what a server sends behind its first frame: however it is cut, the same becomes of it, and a
    /// response that is accepted is one that could have come over HTTP/1.1.
    static func checkResponse(_ bytes: [UInt8]) {
        for method in [HTTPRequest.Method.get, .head] {
            let outcomes = cuts(of: [0, 0, 0, 4, 0, 0, 0, 0, 0] + bytes).map { readResponse($0, to: method) }
            for outcome in outcomes { expectEqual(outcome, outcomes[0], "depends on the cut") }
        }
    }

    private static func readResponse(_ pieces: [ArraySlice<UInt8>], to method: HTTPRequest.Method) -> [String] {
        var frames = HTTP2FrameReader(of: .server, blockLimit: 400, continuationLimit: 3)
        var decoder = HTTP2MessageDecoder()
        var response = HTTP2ResponseReader(stream: 1, method: method)
        var parameters = HTTP2Settings(of: .server)
        var window = HTTP2SendWindow()
        var events: [String] = []
        for piece in pieces {
            frames.append(ByteBuffer(bytes: piece))
            reading: while true {
                do throws(HTTP2Error) {
                    switch frames.next() {
                    case .needsMoreBytes:
                        break reading
                    case .headers(1, let block, let endsStream):
                        let event = try response.receive(block, endsStream: endsStream, decoder: &decoder)
                        events.append(word(event))
                    case .headers(_, let block, _), .malformedHeaders(_, _, let block, _):
                        try decoder.skip(block)
                    case .data(1, let bytes, _, let endsStream):
                        try response.receive(byteCount: bytes.readableBytes, endsStream: endsStream)
                        events.append("data \(Array(bytes.readableBytesView)) \(endsStream)")
                    case .settings(let settings):
                        for (identifier, value) in settings { try parameters.apply(identifier, value) }
                        events.append("\(parameters)")
                    case .windowUpdate(_, let increment):
                        try window.grow(by: increment, stream: nil)
                        events.append("\(window.size)")
                    case .failed(let error):
                        throw error
                    case let event:
                        events.append("\(event)")
                    }
                } catch {
                    return events + ["\(error)"]
                }
            }
        }
        return events
    }

    private static func word(_ event: HTTP2ResponseReader.Event) -> String {
        switch event {
        case .informational(let head), .head(let head):
            let fields = head.fields.makeHTTPFields()
            var copy = ByteBuffer()
            do {
                copy.writeString("HTTP/1.1 \(head.statusCode) \r\n")
                try copy.writeFields(fields)
            } catch {
                fatalError("what was read cannot be written: \(error)")
            }
            copy.writeEndOfHead()
            var limits = HeadLimits()
            limits.headBytes *= 2
            var parser = ResponseHeadParser(limits: limits)
            do {
                guard let again = try parser.parse(&copy, requestMethod: .head), copy.readableBytes == 0 else {
                    fatalError("a response of HTTP/2 is none, or more than one, of HTTP/1.1")
                }
                expectEqual(again.fields.makeHTTPFields(), fields, "written as HTTP/1.1 and read again")
            } catch {
                fatalError("a response of HTTP/2 is none of HTTP/1.1: \(error)")
            }
            return "\(head.statusCode) \(head.framing) \(fields)"
        case .trailers(let trailers):
            return "\(trailers)"
        }
    }

    /// Takes the input for the field block of a request.
    static func checkFieldBlock(_ bytes: [UInt8]) {
        var decoder = HTTP2MessageDecoder()
        let block = ByteBuffer(bytes: bytes)
        for endsStream in [true, false] {
            let outcome: HTTP2MessageDecoder.Outcome<RequestHead>
            do throws(HTTP2Error) {
                outcome = try decoder.decodeRequest(block, stream: 1, endsStream: endsStream)
            } catch {
                return
            }
            guard case .message(let head) = outcome else { continue }
            var copy = ByteBuffer()
            do {
                try copy.writeRequestLine(method: head.method, target: head.target.raw, version: .http1_1)
                try copy.writeFields(head.fields.makeHTTPFields())
            } catch {
                fatalError("what was read cannot be written: \(error)")
            }
            copy.writeEndOfHead()
            var limits = HeadLimits()
            // Over HTTP/2 a field weighs 32 bytes more than its text, here the line end is what comes on top.
            limits.headBytes *= 2
            var parser = RequestHeadParser(limits: limits)
            do {
                guard let again = try parser.parse(&copy), copy.readableBytes == 0 else {
                    fatalError("a request of HTTP/2 is none, or more than one, of HTTP/1.1")
                }
                expectEqual(summary(again), summary(head), "written as HTTP/1.1 and read again")
            } catch {
                fatalError("a request of HTTP/2 is none of HTTP/1.1: \(error)")
            }
        }
    }

    private static func summary(_ head: RequestHead) -> [String] {
        // Not the framing, which is the stream's here, nor what depends on it.
        var lines = [head.method.rawValue, head.target.raw, "\(head.target.form)", head.host ?? "-"]
        head.fields.forEach { name, value in lines += ["\(Array(name)): \(Array(value))"] }
        return lines
    }
}
