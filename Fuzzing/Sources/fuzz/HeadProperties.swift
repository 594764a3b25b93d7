import HTTPTypes
import HTTPWire
import NIOCore

/// What has to hold for heads: they do not depend on how their bytes were cut, and what is written of one is read as
/// the same.
enum HeadProperties {
    private enum Outcome<Summary: Equatable>: Equatable {
        case incomplete
        case failed(HTTPParseError)
        case head(Summary, rest: [UInt8])
    }

    private struct RequestSummary: Equatable {
        var line: [String]
        var framing: BodyFraming
        var flags: [Bool]
        var fields: [[UInt8]]

        init(_ head: RequestHead) {
            line = [head.method.rawValue, head.target.raw, "\(head.target.form)", "\(head.version)", head.host ?? "-"]
            framing = head.framing
            flags = [head.isPersistent, head.expectsContinue, head.requestsUpgrade]
            fields = HeadProperties.lines(head.fields)
        }
    }

    private struct ResponseSummary: Equatable {
        var line: [String]
        var framing: BodyFraming
        var flags: [Bool]
        var fields: [[UInt8]]

        init(_ head: ResponseHead) {
            line = ["\(head.version)", String(head.statusCode), head.reasonPhrase]
            framing = head.framing
            flags = [head.isPersistent, head.offersUpgrade]
            fields = HeadProperties.lines(head.fields)
        }
    }

    private static func lines(_ fields: FieldBlock) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        fields.forEach { name, value in lines += [Array(name), Array(value)] }
        return lines
    }

    private static var limits: [HeadLimits] {
        var small = HeadLimits()
        small.headBytes = 60
        small.startLineBytes = 24
        small.fieldCount = 3
        var lenient = HeadLimits()
        lenient.allowsBareLineFeed = true
        return [HeadLimits(), small, lenient]
    }

    static func checkRequest(_ bytes: [UInt8]) {
        for limits in limits {
            let outcomes = cuts(of: bytes).map { outcome(of: $0, limits) }
            for outcome in outcomes { expectEqual(outcome.1, outcomes[0].1, "depends on the cut") }
            guard let head = outcomes[0].0 else { continue }
            var copy = ByteBuffer()
            do {
                try copy.writeRequestLine(method: head.method, target: head.target.raw, version: head.version)
                try copy.writeFields(head.fields.makeHTTPFields())
            } catch {
                fatalError("what was read cannot be written: \(error)")
            }
            copy.writeEndOfHead()
            // White space may have been left out and line ends may have become longer, so the limits do not apply.
            let again = outcome(of: [Array(copy.readableBytesView)[...]], HeadLimits())
            expectEqual(again.1, .head(RequestSummary(head), rest: []), "written and read again")
        }
    }

    static func checkResponse(_ bytes: [UInt8]) {
        let methods: [HTTPRequest.Method] = [.get, .head, .connect]
        for limits in limits {
            let method = methods[bytes.count % 3]
            let outcomes = cuts(of: bytes).map { outcome(of: $0, to: method, limits) }
            for outcome in outcomes { expectEqual(outcome.1, outcomes[0].1, "depends on the cut") }
            guard let head = outcomes[0].0 else { continue }
            var copy = ByteBuffer()
            copy.writeStatusLine(head.status, version: head.version)
            do {
                try copy.writeFields(head.fields.makeHTTPFields())
            } catch {
                fatalError("what was read cannot be written: \(error)")
            }
            copy.writeEndOfHead()
            var expected = ResponseSummary(head)
            if head.reasonPhrase.isEmpty {
                expected.line[2] = HTTPResponse.Status.reasonPhrase(forCode: head.statusCode) ?? ""
            }
            let again = outcome(of: [Array(copy.readableBytesView)[...]], to: method, HeadLimits())
            expectEqual(again.1, .head(expected, rest: []), "written and read again")
        }
    }

    private static func outcome(
        of pieces: [ArraySlice<UInt8>],
        _ limits: HeadLimits
    ) -> (RequestHead?, Outcome<RequestSummary>) {
        var parser = RequestHeadParser(limits: limits)
        var buffer = ByteBuffer()
        var head: RequestHead?
        do throws(HTTPParseError) {
            for piece in pieces {
                buffer.writeBytes(piece)
                if head == nil { head = try parser.parse(&buffer) }
            }
        } catch {
            return (nil, .failed(error))
        }
        guard let head else { return (nil, .incomplete) }
        return (head, .head(RequestSummary(head), rest: Array(buffer.readableBytesView)))
    }

    private static func outcome(
        of pieces: [ArraySlice<UInt8>],
        to method: HTTPRequest.Method,
        _ limits: HeadLimits
    ) -> (ResponseHead?, Outcome<ResponseSummary>) {
        var parser = ResponseHeadParser(limits: limits)
        var buffer = ByteBuffer()
        var head: ResponseHead?
        do throws(HTTPParseError) {
            for piece in pieces {
                buffer.writeBytes(piece)
                if head == nil { head = try parser.parse(&buffer, requestMethod: method) }
            }
        } catch {
            return (nil, .failed(error))
        }
        guard let head else { return (nil, .incomplete) }
        return (head, .head(ResponseSummary(head), rest: Array(buffer.readableBytesView)))
    }
}
