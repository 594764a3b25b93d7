public import HTTPTypes
import NIOCore

/// The head of a request: request line and fields (RFC 9112 sections 3 and 5), or the equivalent in HTTP/2 (RFC 9113
/// section 8.3).
///
/// It refers to the bytes it was parsed from; the target and the fields become Strings on demand, so a handler that
/// does not use them does not pay for them.
public struct RequestHead: Sendable {
    /// The method, as sent; methods are case-sensitive.
    public let method: HTTPRequest.Method
    /// The version, 1.1 for any minor version above 1.
    public let version: HTTPVersion
    /// The form of the target: `authority` with CONNECT only, `asterisk` with OPTIONS only.
    public let targetForm: RequestTarget.Form
    /// The fields in the order in which they were sent.
    public let fields: FieldBlock
    /// How the content ends: `none`, `contentLength` or `chunked`, which over HTTP/2 stands for content of unknown
    /// length.
    public let framing: BodyFraming
    /// Whether the connection can be used for another request afterwards (RFC 9112 section 9.3). Always `true` over
    /// HTTP/2.
    public let isPersistent: Bool
    /// Whether the client waits for 100 (Continue) before it sends content (RFC 9110 section 10.1.1). Never `true` in
    /// HTTP/1.0, nor if no content follows.
    public let expectsContinue: Bool
    /// Whether the client asks for another protocol by Upgrade and the `upgrade` connection option (RFC 9110 section
    /// 7.8). Never `true` in HTTP/1.0.
    public let requestsUpgrade: Bool

    /// Whether the target has bytes that are not allowed in a URI.
    private let targetNeedsEncoding: Bool
    private let targetStart: UInt32
    private let targetLength: UInt32
    /// The Host field's value, its length zero if there was none.
    private let hostStart: UInt32
    private let hostLength: UInt32
    /// The value of `:protocol`, its length zero if there was none.
    private let protocolStart: UInt32
    private let protocolLength: UInt32

    init(
        method: HTTPRequest.Method,
        version: HTTPVersion,
        targetForm: RequestTarget.Form,
        targetNeedsEncoding: Bool,
        target: Range<Int>,
        fields: FieldBlock,
        knownFields: KnownFields,
        framing: BodyFraming,
        connectProtocol: Range<Int>? = nil
    ) {
        self.method = method
        self.version = version
        self.targetForm = targetForm
        self.targetNeedsEncoding = targetNeedsEncoding
        self.fields = fields
        self.framing = framing
        self.isPersistent = knownFields.isPersistent(version: version)
        self.expectsContinue = knownFields.expectsContinue && version != .http1_0 && framing.hasContent
        self.requestsUpgrade =
            knownFields.hasUpgradeField && knownFields.connection.contains(.upgrade) && version == .http1_1
        self.targetStart = UInt32(truncatingIfNeeded: target.lowerBound)
        self.targetLength = UInt32(truncatingIfNeeded: target.count)
        self.hostStart = UInt32(truncatingIfNeeded: knownFields.host?.lowerBound ?? 0)
        self.hostLength = UInt32(truncatingIfNeeded: knownFields.host?.count ?? 0)
        self.protocolStart = UInt32(truncatingIfNeeded: connectProtocol?.lowerBound ?? 0)
        self.protocolLength = UInt32(truncatingIfNeeded: connectProtocol?.count ?? 0)
    }

    /// The target. Each access creates its String.
    public var target: RequestTarget {
        let raw = withTargetBytes { bytes in
            guard targetNeedsEncoding else { return String(decoding: bytes, as: UTF8.self) }
            return RequestTarget.encoded(bytes.assumingMemoryBound(to: UInt8.self).span)
        }
        return RequestTarget(raw: raw, form: targetForm)
    }

    /// The host and, if given, the port that the request is for: from the target if it names them, otherwise from Host
    /// (RFC 9112 section 3.3). `nil` if neither does.
    public var host: String? {
        switch targetForm {
        case .authority:
            return withTargetBytes { String(decoding: $0, as: UTF8.self) }
        case .absolute:
            return withTargetBytes { bytes in
                let bytes = bytes.assumingMemoryBound(to: UInt8.self).span
                return bytes.absoluteFormAuthority().map { bytes.string($0) }
            }
        case .origin, .asterisk:
            guard hostLength > 0 else { return nil }
            return fields.withBytes(from: hostStart, length: hostLength) { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The protocol that the client wants the stream to carry, such as `websocket`: only with CONNECT, and only over
    /// HTTP/2 (RFC 8441 section 4).
    public var connectProtocol: String? {
        guard protocolLength > 0 else { return nil }
        return fields.withBytes(from: protocolStart, length: protocolLength) { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls `body` with the bytes of the target as they were sent, which must not be used after it returns.
    public func withTargetBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try fields.withBytes(from: targetStart, length: targetLength, body)
    }

    /// Calls `body` with the bytes of the path, those of `target.path` in the origin and absolute forms; with none in
    /// the other forms. Creates a String only for a target with bytes that a URI can't have.
    package func withPathBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard !targetNeedsEncoding else {
            return try Self.passPath(of: target.raw.utf8.span, form: targetForm, to: body)
        }
        return try withTargetBytes { (bytes) throws(Failure) in
            try Self.passPath(of: bytes.assumingMemoryBound(to: UInt8.self).span, form: targetForm, to: body)
        }
    }

    private static func passPath<Result, Failure: Error>(
        of target: Span<UInt8>,
        form: RequestTarget.Form,
        to body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let path = target.extracting(RequestTarget.ranges(in: target, form: form).path)
        guard path.isEmpty, form == .absolute else { return try body(path) }
        let root: StaticString = "/"
        return try body(UnsafeBufferPointer(start: root.utf8Start, count: root.utf8CodeUnitCount).span)
    }
}
