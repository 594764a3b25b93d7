/// Why a WebSocket was closed (RFC 6455 section 7.4; Dart's `WebSocketStatus`).
public struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The number.
    public let rawValue: UInt16

    /// Creates the code with this number, whether it is defined or not.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The conversation is over.
    public static let normalClosure = WebSocketCloseCode(rawValue: 1000)
    /// A server shuts down, or a user leaves a page.
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    /// The peer has violated the protocol.
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// The peer has sent a kind of data that can't be accepted.
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// The peer's close frame has no code. Never sent.
    public static let noStatusReceived = WebSocketCloseCode(rawValue: 1005)
    /// The connection ended without a close frame. Never sent.
    public static let abnormalClosure = WebSocketCloseCode(rawValue: 1006)
    /// A message is inconsistent with its type, such as text that is not UTF-8.
    public static let invalidFramePayloadData = WebSocketCloseCode(rawValue: 1007)
    /// A message violates a policy of the application.
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    /// A message is longer than the peer accepts.
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// The server has not agreed to an extension that the client needs.
    public static let missingMandatoryExtension = WebSocketCloseCode(rawValue: 1010)
    /// The server has failed.
    public static let internalServerError = WebSocketCloseCode(rawValue: 1011)
    /// The server is restarting; the client may reconnect soon.
    public static let serviceRestart = WebSocketCloseCode(rawValue: 1012)
    /// The server is overloaded; the client may try again later.
    public static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)
    /// A gateway got an invalid response from its upstream server.
    public static let badGateway = WebSocketCloseCode(rawValue: 1014)
    /// The TLS handshake has failed. Never sent.
    public static let tlsHandshake = WebSocketCloseCode(rawValue: 1015)

    /// Whether the code may be sent in a close frame: 1000 to 1003, 1007 to 1014, and 3000 to 4999, which belong to
    /// libraries and applications (RFC 6455 section 7.4.2).
    public var canBeSent: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// The number.
    public var description: String { "\(rawValue)" }
}

/// The content of a close frame.
public struct WebSocketClose: Sendable, Hashable {
    /// The maximum length of a reason in bytes of UTF-8.
    public static let maximumReasonBytes = 123

    /// The code; nil if the frame has none.
    public let code: WebSocketCloseCode?
    /// An explanation for people; often empty.
    public let reason: String

    /// Creates the content of a close frame. A reason that is too long is truncated between two characters.
    public init(_ code: WebSocketCloseCode?, reason: String = "") {
        self.code = code
        self.reason = code == nil ? "" : reason.prefix(utf8Bytes: Self.maximumReasonBytes)
    }
}

extension String {
    /// The longest prefix of at most this many bytes of UTF-8.
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
