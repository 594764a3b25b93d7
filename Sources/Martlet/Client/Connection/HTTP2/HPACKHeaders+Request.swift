import HTTPTypes
import HTTPWire
import NIOCore
import NIOHPACK

extension HPACKHeaders {
    /// The fields that a request is sent with (RFC 9113 section 8.3.1).
    ///
    /// - Parameters:
    ///   - standard: The fields of a request that has none of its own.
    ///   - isRemembered: Whether fields go to the table that makes them shorter the next time.
    init(
        _ request: borrowing OutgoingRequest,
        isSecure: Bool,
        standard: HTTPFields,
        isRemembered: Bool = true
    ) throws(HTTPClientError) {
        guard !request.target.isEmpty, request.target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidURL(request.target)
        }
        guard request.method.isToken else { throw .invalidMethod(request.method.rawValue) }
        let fields = request.fields ?? standard
        self.init()
        reserveCapacity(fields.count + 6)
        append(":method", request.method.rawValue, isRemembered)
        append(":scheme", isSecure ? "https" : "http", isRemembered)
        append(":authority", try Self.authority(fields[.hostField] ?? request.host), isRemembered)
        append(":path", request.target, isRemembered)
        for field in fields {
            try append(field, isRemembered)
        }
        switch request.framing {
        case .none:
            // A method that gives content a meaning says that there is none (RFC 9110 section 8.6).
            if request.method == .post || request.method == .put || request.method == .patch {
                append("content-length", "0", isRemembered)
            }
        case .contentLength(let length):
            append("content-length", "\(length)", isRemembered)
        case .chunked:
            break
        }
        if request.expectsContinue { append("expect", "100-continue", isRemembered) }
    }

    /// The fields after the content of a request.
    init(trailers: HTTPFields) throws(HTTPClientError) {
        self.init()
        for field in trailers {
            guard ForbiddenTrailers.contains(field.name) == false else {
                throw .invalidHeader("\(field.name) must not be a trailer (RFC 9110 section 6.5.1)")
            }
            append(field.name.canonicalName, field.value, false)
        }
    }

    private mutating func append(_ name: String, _ value: String, _ isRemembered: Bool) {
        let indexing = HTTP2FieldRules.indexing(name)
        add(name: name, value: value, indexing: isRemembered || indexing != .indexable ? indexing : .nonIndexable)
    }

    /// Adds a field, unless it is one that HTTP/2 has no place for or that the request's properties decide about.
    private mutating func append(_ field: HTTPField, _ isRemembered: Bool) throws(HTTPClientError) {
        let name = field.name.canonicalName
        switch name {
        case "host", "content-length", "expect", "connection", "keep-alive", "proxy-connection":
            return
        case "transfer-encoding":
            throw .invalidHeader(
                "Transfer-Encoding is set by the client. Leave contentLength nil for a content of unknown length."
            )
        case "te" where field.value.lowercased() != "trailers":
            return
        default:
            append(name, field.value, isRemembered)
        }
    }

    private static func authority(_ host: String) throws(HTTPClientError) -> String {
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidHeader("\"\(host)\" is not a host.")
        }
        return host
    }

    /// About how many bytes the fields have uncompressed, as SETTINGS_MAX_HEADER_LIST_SIZE counts but for its 32 bytes a
    /// field.
    var byteCount: Int {
        reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }
}

extension HTTPRequest.Method {
    fileprivate var isToken: Bool {
        switch self {
        case .get, .head, .post, .put, .delete, .options, .patch, .trace, .connect: true
        // The name of a field is a token too.
        default: HTTPField.Name(rawValue) != nil
        }
    }
}
