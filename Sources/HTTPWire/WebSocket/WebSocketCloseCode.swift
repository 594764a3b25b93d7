/// Why a WebSocket was closed (RFC 6455 section 7.4; Dart's `WebSocketStatus`).
public struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The number.
    public let rawValue: UInt16

    /// The code with this number, whether it has a meaning or not.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The conversation is over.
    public static let normalClosure = WebSocketCloseCode(rawValue: 1000)
    /// A server shuts down, or somebody leaves a page.
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    /// The peer has broken the rules of the protocol.
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// The peer has sent a kind of data that can't be accepted.
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// The peer's close frame has no code. Never sent.
    public static let noStatusReceived = WebSocketCloseCode(rawValue: 1005)
    /// The connection ended without a close frame. Never sent.
    public static let abnormalClosure = WebSocketCloseCode(rawValue: 1006)
    /// A message is not what its kind demands, such as text that is not UTF-8.
    public static let invalidFramePayloadData = WebSocketCloseCode(rawValue: 1007)
    /// A message breaks a rule of the application's.
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    /// A message is longer than the peer accepts.
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// The server has not agreed to an extension that the client needs.
    public static let missingMandatoryExtension = WebSocketCloseCode(rawValue: 1010)
    /// The server has failed.
    public static let internalServerError = WebSocketCloseCode(rawValue: 1011)
    /// The server restarts: come back soon.
    public static let serviceRestart = WebSocketCloseCode(rawValue: 1012)
    /// The server is overloaded: come back later.
    public static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)
    /// A gateway got no valid answer from the server behind it.
    public static let badGateway = WebSocketCloseCode(rawValue: 1014)
    /// TLS has failed. Never sent.
    public static let tlsHandshake = WebSocketCloseCode(rawValue: 1015)

    /// Whether a close frame can have the code: 1000 to 1003, 1007 to 1014, and 3000 to 4999, which belong to libraries
    /// and applications (RFC 6455 section 7.4.2).
    public var canBeSent: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// The number.
    public var description: String { "\(rawValue)" }
}

/// What a close frame says.
public struct WebSocketClose: Sendable, Hashable {
    /// How many bytes of UTF-8 a reason can have.
    public static let maximumReasonBytes = 123

    /// Why; nil where the frame has no code.
    public let code: WebSocketCloseCode?
    /// An explanation for people; often empty.
    public let reason: String

    /// The code and the reason; what does not fit of the reason is cut off between two characters.
    public init(_ code: WebSocketCloseCode?, reason: String = "") {
        self.code = code
        self.reason = code == nil ? "" : reason.prefix(utf8Bytes: Self.maximumReasonBytes)
    }
}

extension String {
    /// The longest beginning that has at most this many bytes of UTF-8.
    fileprivate func prefix(utf8Bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = startIndex
        var count = 0
        for index in indices {
            count += self[index].utf8.count
            guard count <= limit else { break }
            end = self.index(after: index)
        }
        return String(self[..<end])
    }
}
