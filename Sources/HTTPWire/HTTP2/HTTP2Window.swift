import HTTPTypes

/// How many bytes of content the peer accepts, on one stream or on all together (flow control, RFC 9113 section 6.9.1).
public struct HTTP2SendWindow: Sendable, Hashable {
    /// The current size; below zero after the peer has changed its settings (RFC 9113 section 6.9.2).
    public private(set) var size: Int

    /// A window of this initial size.
    public init(_ size: Int = HTTP2Settings.defaultWindow) {
        self.size = size
    }

    /// Content was sent: at most ``size`` bytes.
    public mutating func sent(_ count: Int) {
        size -= count
    }

    /// WINDOW_UPDATE has arrived.
    ///
    /// - Parameter increment: The bytes that the window grows by.
    /// - Parameter stream: The stream whose window it is; nil for that of the connection.
    public mutating func grow(by increment: Int, stream: UInt32?) throws(HTTP2Error) {
        guard size + increment <= HTTP2Settings.maximumWindow else {
            throw HTTP2Error(.flowControlError, stream: stream, "A window above 2^31-1 (RFC 9113 section 6.9.1)")
        }
        size += increment
    }

    /// SETTINGS_INITIAL_WINDOW_SIZE has changed by this much, which affects every stream (RFC 9113 section 6.9.2).
    public mutating func adjust(by change: Int) throws(HTTP2Error) {
        guard size + change <= HTTP2Settings.maximumWindow else {
            throw HTTP2Error(.flowControlError, "A window above 2^31-1 (RFC 9113 section 6.9.2)")
        }
        size += change
    }
}

/// How many bytes of content the peer may send, on one stream or on all together (flow control, RFC 9113 section
/// 6.9.1).
public struct HTTP2ReceiveWindow: Sendable, Hashable {
    /// The maximum size of the window.
    public let limit: Int
    /// How far the peer may exceed the window, as long as it can't know its size.
    private let slack: Int
    /// The current size.
    public private(set) var size: Int

    /// A window that has been announced to the peer, or is about to be.
    ///
    /// - Parameters:
    ///   - limit: How large it is.
    ///   - known: How large the peer may believe it to be.
    public init(_ limit: Int, known: Int = 0) {
        self.limit = limit
        self.slack = max(known - limit, 0)
        self.size = limit
    }

    /// Content has arrived. The count includes padding.
    ///
    /// - Parameter count: The bytes that have arrived.
    /// - Parameter stream: The stream whose window it is; nil for that of the connection.
    public mutating func receive(_ count: Int, stream: UInt32?) throws(HTTP2Error) {
        guard count <= size + slack else {
            throw HTTP2Error(
                .flowControlError,
                stream: stream,
                "More than the window of the \(stream == nil ? "connection" : "stream") (RFC 9113 section 6.9.1)"
            )
        }
        size -= count
    }

    /// Whether the window should be grown.
    public var isLow: Bool { size < limit / 2 }

    /// Grows the window by what has been read.
    ///
    /// - Parameter unread: How many bytes have not been read yet.
    /// - Returns: the increment for WINDOW_UPDATE; nil when that is not worth a frame.
    public mutating func grow(unread: Int) -> Int? {
        let increment = limit - size - unread
        guard isLow, increment > 0, increment >= limit / 4 else { return nil }
        size += increment
        return increment
    }
}
