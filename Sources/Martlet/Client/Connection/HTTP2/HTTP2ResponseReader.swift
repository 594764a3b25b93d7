import HTTPTypes
import HTTPWire
import NIOHPACK

/// Makes one response of the fields and the content that arrive on one stream, and sees that it keeps to RFC 9113
/// section 8.
///
/// A plain value without a socket. After an error there is nothing to read.
struct HTTP2ResponseReader {
    enum Event {
        /// A response that announces the final one (RFC 9110 section 15.2).
        case informational(ResponseHead)
        /// The final response begins.
        case head(ResponseHead)
        /// The fields after the content, which is complete.
        case trailers(HTTPFields)
    }

    private enum Stage {
        case head(informational: Int)
        case content
        case ended
    }

    private let method: HTTPRequest.Method
    private let fieldLimit: Int
    private let maximumInformational: Int
    private var stage = Stage.head(informational: 0)
    /// How many bytes of content must still come, if the head says how many there are.
    private var missing: Int?

    init(method: HTTPRequest.Method, fieldLimit: Int, maximumInformational: Int) {
        self.method = method
        self.fieldLimit = fieldLimit
        self.maximumInformational = maximumInformational
    }

    /// Whether the response is complete.
    var isEnded: Bool {
        if case .ended = stage { true } else { false }
    }

    /// Takes in the fields of a HEADERS frame.
    ///
    /// - Parameter isLast: Whether nothing follows (END_STREAM).
    /// - Throws: `HTTPClientError`.
    mutating func receive(_ fields: HPACKHeaders, isLast: Bool) throws(HTTPClientError) -> Event {
        switch stage {
        case .head(let informational):
            let head = try readHead(fields, isLast: isLast)
            if head.statusCode < 200 {
                guard !isLast else { throw Self.malformed("An informational response is the last one (section 8.1)") }
                guard informational < maximumInformational else {
                    throw .tooManyInformationalResponses(limit: maximumInformational)
                }
                stage = .head(informational: informational + 1)
                return .informational(head)
            }
            stage = .content
            if isLast { try end() }
            return .head(head)
        case .content:
            guard isLast else { throw Self.malformed("Something follows the trailers (section 8.1)") }
            let trailers = try readTrailers(fields)
            try end()
            return .trailers(trailers)
        case .ended:
            throw Self.malformed("Something follows the end")
        }
    }

    /// Takes in `count` bytes of content.
    ///
    /// - Parameter isLast: Whether nothing follows (END_STREAM).
    mutating func receive(byteCount count: Int, isLast: Bool) throws(HTTPClientError) {
        guard case .content = stage else { throw Self.malformed("Content comes before the head (section 8.1)") }
        if let missing {
            guard count <= missing else { throw Self.malformed("The content is longer than announced (section 8.1.1)") }
            self.missing = missing - count
        }
        if isLast { try end() }
    }

    private mutating func end() throws(HTTPClientError) {
        guard missing ?? 0 == 0 else {
            throw Self.malformed("The content is shorter than announced (section 8.1.1)")
        }
        stage = .ended
    }

    private mutating func readHead(_ fields: HPACKHeaders, isLast: Bool) throws(HTTPClientError) -> ResponseHead {
        var builder = FieldBlockBuilder(fieldLimit: fieldLimit)
        var status: Int?
        var hasFields = false
        for (name, value, _) in fields {
            if name.utf8.first == UInt8(ascii: ":") {
                guard name == ":status" else { throw Self.malformed("\(name) is not for responses (section 8.3)") }
                guard status == nil else { throw Self.malformed("More than one :status (section 8.3)") }
                guard !hasFields else { throw Self.malformed(":status comes after other fields (section 8.3)") }
                guard value.utf8.count == 3, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                    let code = Int(value), code >= 100
                else { throw Self.malformed(":status is not three digits from 100 on (section 8.3.2)") }
                status = code
            } else {
                hasFields = true
                try Self.append(name, value, to: &builder)
            }
        }
        guard let status else { throw Self.malformed("There is no :status (section 8.3.2)") }
        guard status != 101 else { throw Self.malformed("There is no 101 in HTTP/2 (section 8.6)") }
        let framing: BodyFraming
        if status < 200 {
            framing = .none
        } else if method == .head || status == 204 || status == 304 {
            framing = .none
            missing = 0
        } else if let length = builder.contentLength {
            framing = isLast ? .none : .contentLength(length)
            missing = length
        } else {
            framing = isLast ? .none : .chunked
        }
        return ResponseHead(statusCode: status, version: .http2, fields: builder.makeBlock(), framing: framing)
    }

    private func readTrailers(_ fields: HPACKHeaders) throws(HTTPClientError) -> HTTPFields {
        var builder = FieldBlockBuilder(fieldLimit: fieldLimit)
        for (name, value, _) in fields {
            guard name.utf8.first != UInt8(ascii: ":") else {
                throw Self.malformed("\(name) is among the trailers (section 8.1)")
            }
            try Self.append(name, value, to: &builder)
        }
        return builder.makeBlock().makeTrailers()
    }

    private static func append(
        _ name: String,
        _ value: String,
        to builder: inout FieldBlockBuilder
    ) throws(HTTPClientError) {
        guard !HTTP2FieldRules.isConnectionSpecific(name) else {
            throw malformed("\(name) has no place in HTTP/2 (section 8.2.2)")
        }
        do throws(HTTPParseError) {
            try builder.append(name: name, value: value)
        } catch {
            throw malformed(error.reason.explanation)
        }
    }

    private static func malformed(_ text: String) -> HTTPClientError {
        .http2(.malformedMessage(text))
    }
}
