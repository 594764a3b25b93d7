import HTTPTypes

/// Checks that the content of one message is as long as its Content-Length says (RFC 9113 section 8.1.1).
public struct HTTP2ContentMeter: Sendable, Hashable {
    static let shortReason = "The content is shorter than announced"

    private let announced: Int?
    /// How many bytes have arrived.
    public private(set) var received = 0

    /// A meter for content that has not begun.
    ///
    /// - Parameter announced: How many bytes the head announces; nil if it announces no length.
    public init(announced: Int?) {
        self.announced = announced
    }

    /// Counts bytes that have arrived.
    public mutating func receive(_ count: Int, stream: UInt32) throws(HTTP2Error) {
        received += count
        if let announced, received > announced {
            throw HTTP2Error(
                .protocolError,
                stream: stream,
                "The content is longer than announced (RFC 9113 section 8.1.1)"
            )
        }
    }

    /// Nothing more will come.
    public func end(stream: UInt32) throws(HTTP2Error) {
        if let announced, received < announced {
            throw HTTP2Error(.protocolError, stream: stream, "\(Self.shortReason) (RFC 9113 section 8.1.1)")
        }
    }
}
