import HTTPTypes
import HTTPWire
import NIOCore

/// What became of some bytes: everything a head says, or the error, in a form that can be compared.
enum HeadOutcome: Equatable {
    case incomplete
    case failed(HTTPParseError)
    case request(RequestSummary, rest: [UInt8])
    case response(ResponseSummary, rest: [UInt8])

    static func request(_ pieces: [ArraySlice<UInt8>], limits: HeadLimits? = nil) -> HeadOutcome {
        var parser = RequestHeadParser(limits: limits ?? HeadLimits())
        var buffer = ByteBuffer()
        do {
            guard let head = try Pieces.feed(pieces, into: &buffer, { try parser.parse(&$0) }) else {
                return .incomplete
            }
            return .request(RequestSummary(head), rest: Array(buffer.readableBytesView))
        } catch let error as HTTPParseError {
            return .failed(error)
        } catch {
            preconditionFailure("parsers throw HTTPParseError only")
        }
    }

    static func response(
        _ pieces: [ArraySlice<UInt8>],
        to method: HTTPRequest.Method = .get,
        limits: HeadLimits? = nil
    ) -> HeadOutcome {
        var parser = ResponseHeadParser(limits: limits ?? HeadLimits())
        var buffer = ByteBuffer()
        do {
            let head = try Pieces.feed(pieces, into: &buffer) { try parser.parse(&$0, requestMethod: method) }
            guard let head else { return .incomplete }
            return .response(ResponseSummary(head), rest: Array(buffer.readableBytesView))
        } catch let error as HTTPParseError {
            return .failed(error)
        } catch {
            preconditionFailure("parsers throw HTTPParseError only")
        }
    }

    /// The error's reason, if that is what became of it.
    var reason: HTTPParseError.Reason? {
        if case .failed(let error) = self { error.reason } else { nil }
    }
}

/// Everything that a request head says.
struct RequestSummary: Equatable {
    var method: HTTPRequest.Method
    var target: RequestTarget
    /// The target's bytes as they were sent.
    var sentTarget: String
    var version: HTTPVersion
    var host: String?
    var framing: BodyFraming
    var isPersistent: Bool
    var expectsContinue: Bool
    var requestsUpgrade: Bool
    var fields: [String]

    init(_ head: RequestHead) {
        method = head.method
        target = head.target
        sentTarget = head.withTargetBytes { String(decoding: $0, as: UTF8.self) }
        version = head.version
        host = head.host
        framing = head.framing
        isPersistent = head.isPersistent
        expectsContinue = head.expectsContinue
        requestsUpgrade = head.requestsUpgrade
        fields = head.fields.lines
    }
}

/// Everything that a response head says.
struct ResponseSummary: Equatable {
    var statusCode: Int
    var reasonPhrase: String
    var version: HTTPVersion
    var framing: BodyFraming
    var isPersistent: Bool
    var offersUpgrade: Bool
    var fields: [String]

    init(_ head: ResponseHead) {
        statusCode = head.statusCode
        reasonPhrase = head.reasonPhrase
        version = head.version
        framing = head.framing
        isPersistent = head.isPersistent
        offersUpgrade = head.offersUpgrade
        fields = head.fields.lines
    }
}

extension FieldBlock {
    /// The fields as `name=value`, bytes read as ISO 8859-1.
    var lines: [String] {
        var lines: [String] = []
        forEach { name, value in
            var line = String.UnicodeScalarView()
            line.append(contentsOf: name.map { Unicode.Scalar($0) })
            line.append("=")
            line.append(contentsOf: value.map { Unicode.Scalar($0) })
            lines.append(String(line))
        }
        return lines
    }
}
