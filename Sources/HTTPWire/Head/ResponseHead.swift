public import HTTPTypes
import NIOCore

/// The head of a response: status line and fields (RFC 9112 sections 4 and 5).
///
/// It refers to the bytes it was parsed from; the reason phrase and the fields become Strings on demand.
public struct ResponseHead: Sendable {
    /// The status code, 100 to 999. From 600 on a client treats it as 500 (RFC 9110 section 15).
    public let statusCode: Int
    /// The version, 1.1 for any minor version above 1.
    public let version: HTTPVersion
    /// The fields in the order in which they were sent.
    public let fields: FieldBlock
    /// How the content ends.
    public let framing: BodyFraming
    /// Whether the connection can be used for another request afterwards (RFC 9112 section 9.3).
    ///
    /// Never `true` if the content ends when the connection closes, nor if a 1xx or 204 response claims to have
    /// content, which it must not have.
    public let isPersistent: Bool
    /// Whether the server switches the protocol, or offers others, by Upgrade and the `upgrade` connection option (RFC
    /// 9110 section 7.8).
    public let offersUpgrade: Bool

    private let reasonStart: UInt32
    private let reasonLength: UInt32

    init(
        statusCode: Int,
        version: HTTPVersion,
        reason: Range<Int>,
        fields: FieldBlock,
        knownFields: KnownFields,
        framing: BodyFraming
    ) {
        self.statusCode = statusCode
        self.version = version
        self.fields = fields
        self.framing = framing
        let claimsContent = knownFields.transferCoding != .absent || (knownFields.contentLength ?? 0) > 0
        let contradictsItself = claimsContent && (statusCode < 200 || statusCode == 204)
        self.isPersistent = knownFields.isPersistent(version: version) && framing != .untilClose && !contradictsItself
        self.offersUpgrade = knownFields.hasUpgradeField && knownFields.connection.contains(.upgrade)
        self.reasonStart = UInt32(truncatingIfNeeded: reason.lowerBound)
        self.reasonLength = UInt32(truncatingIfNeeded: reason.count)
    }

    /// Creates a head that was not received as lines of text: that of HTTP/2 (RFC 9113 section 8.3.2).
    package init(statusCode: Int, version: HTTPVersion, fields: FieldBlock, framing: BodyFraming) {
        self.statusCode = statusCode
        self.version = version
        self.fields = fields
        self.framing = framing
        self.isPersistent = true
        self.offersUpgrade = false
        self.reasonStart = 0
        self.reasonLength = 0
    }

    /// The reason phrase as sent, bytes from 0x80 on read as ISO 8859-1. Empty if there is none.
    public var reasonPhrase: String {
        fields.withBytes(from: reasonStart, length: reasonLength) { bytes in
            var phrase = ""
            phrase.unicodeScalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
            return phrase
        }
    }

    /// The status code with the reason phrase as sent. Each access creates its String.
    public var status: HTTPResponse.Status {
        // The parser accepts three digits only, and no control characters in the phrase.
        HTTPResponse.Status(code: statusCode, reasonPhrase: reasonPhrase)
    }
}
