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
        var reader = HTTP2FrameReader(blockLimit: 400, continuationLimit: 3)
        var decoder = HTTP2RequestDecoder()
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

    /// Takes the input for the field block of a request.
    static func checkFieldBlock(_ bytes: [UInt8]) {
        var decoder = HTTP2RequestDecoder()
        let block = ByteBuffer(bytes: bytes)
        for endsStream in [true, false] {
            let outcome: HTTP2RequestDecoder.Outcome<RequestHead>
            do throws(HTTP2Error) {
                outcome = try decoder.decodeHead(block, stream: 1, endsStream: endsStream)
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
