public import HTTPTypes

/// A peer's violation of HTTP/2, and what it ends: one stream, or the connection (RFC 9113 section 5.4).
public struct HTTP2Error: Error, Sendable, Hashable, CustomStringConvertible {
    /// The code to send to the peer (RFC 9113 section 7).
    public let code: HTTP2ErrorCode
    /// The stream that ends; nil when the connection does.
    public let stream: UInt32?
    /// The violation in a sentence, with the section of the RFC.
    public let reason: String

    /// An error that ends `stream`, or the connection.
    public init(_ code: HTTP2ErrorCode, stream: UInt32? = nil, _ reason: String) {
        self.code = code
        self.stream = stream
        self.reason = reason
    }

    /// The reason, and the code.
    public var description: String { "\(reason) [\(code)\(stream.map { ", stream \($0)" } ?? "")]" }
}
