/// A rule of HTTP/2 that a peer has broken, and what ends with it: one stream, or the connection (RFC 9113 section 5.4).
public struct HTTP2Error: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a peer is told (RFC 9113 section 7).
    public enum Code: UInt32, Sendable, Hashable {
        case noError = 0x0
        case protocolError = 0x1
        case internalError = 0x2
        case flowControlError = 0x3
        case settingsTimeout = 0x4
        case streamClosed = 0x5
        case frameSizeError = 0x6
        case refusedStream = 0x7
        case cancel = 0x8
        case compressionError = 0x9
        case connectError = 0xA
        case enhanceYourCalm = 0xB
        case inadequateSecurity = 0xC
        case http1_1Required = 0xD
    }

    /// What the peer is told.
    public let code: Code
    /// The stream that ends; nil when the connection does.
    public let stream: UInt32?
    /// The rule in a sentence, with the section of the RFC that it stands in.
    public let reason: String

    /// An error that ends `stream`, or the connection.
    public init(_ code: Code, stream: UInt32? = nil, _ reason: String) {
        self.code = code
        self.stream = stream
        self.reason = reason
    }

    /// The rule, and the code.
    public var description: String { "\(reason) [\(code)\(stream.map { ", stream \($0)" } ?? "")]" }
}
