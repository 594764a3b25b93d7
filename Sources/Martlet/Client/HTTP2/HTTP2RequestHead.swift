import HTTPTypes
import HTTPWire
import NIOCore

/// The head of a request over HTTP/2 (RFC 9113 section 8.3.1), checked but not yet compressed.
struct HTTP2RequestHead {
    private let method: HTTPRequest.Method
    private let isSecure: Bool
    private let authority: String
    private let path: String
    private let fields: HTTPFields
    private let contentLength: Int?
    private let expectsContinue: Bool

    /// The head of `request`.
    ///
    /// - Parameter standard: The client's default fields, for a request without its own.
    init(
        _ request: borrowing OutgoingRequest,
        isSecure: Bool,
        standard: HTTPFields
    ) throws(HTTPClientError) {
        guard !request.target.isEmpty, request.target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidURL(request.target)
        }
        guard request.method.isToken else { throw .invalidMethod(request.method.rawValue) }
        let fields = request.fields ?? standard
        let authority = fields[.hostField] ?? request.host
        guard authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidHeader("\"\(authority)\" is not a host.")
        }
        guard fields[.transferEncoding] == nil else {
            throw .invalidHeader(
                "Transfer-Encoding is set by the client. Leave contentLength nil if the length is unknown."
            )
        }
        self.method = request.method
        self.isSecure = isSecure
        self.authority = authority
        self.path = request.target
        self.fields = fields
        self.contentLength =
            switch request.framing {
            case .none:
                // A method with content must say that there is none (RFC 9110 section 8.6).
                request.method == .post || request.method == .put || request.method == .patch ? 0 : nil
            case .contentLength(let length): length
            case .chunked: nil
            }
        self.expectsContinue = request.expectsContinue
    }

    /// Writes the field block.
    func encode(with encoder: inout RequestFieldEncoder, to block: inout ByteBuffer) {
        encoder.begin(&block)
        encoder.write(method: method, isSecure: isSecure, authority: authority, path: path, to: &block)
        for field in fields where Self.isSent(field) { encoder.write(field, to: &block) }
        if let contentLength { encoder.write(contentLength: contentLength, to: &block) }
        if expectsContinue { encoder.write(Self.expectation, to: &block) }
    }

    /// The head as readable text.
    var text: String {
        var text = "\(method.rawValue) \(path) HTTP/2\r\nhost: \(authority)\r\n"
        for field in fields where Self.isSent(field) { text += "\(field.name.canonicalName): \(field.value)\r\n" }
        if let contentLength { text += "content-length: \(contentLength)\r\n" }
        if expectsContinue { text += "expect: 100-continue\r\n" }
        return text + "\r\n"
    }

    private static let expectation = HTTPField(name: .expect, value: "100-continue")

    /// Whether a field is sent: not if HTTP/2 forbids it (RFC 9113 section 8.2.2) or the request's properties determine
    /// it.
    private static func isSent(_ field: HTTPField) -> Bool {
        switch field.name.canonicalName {
        case "host", "content-length", "expect", "connection", "keep-alive", "proxy-connection", "upgrade": false
        case "te": field.value.lowercased() == "trailers"
        default: true
        }
    }
}

extension HTTPRequest.Method {
    fileprivate var isToken: Bool {
        switch self {
        case .get, .head, .post, .put, .delete, .options, .patch, .trace, .connect: true
        // A field's name is also a token.
        default: HTTPField.Name(rawValue) != nil
        }
    }
}
