/// The target of a request, as on the request line (RFC 9112 section 3.2).
///
///     let target = RequestTarget("/list/a%20b?page=2")
///     target?.path                    // "/list/a%20b"
///     try target?.pathSegments        // ["list", "a b"]
///     try target?.queryParameters     // ["page": "2"]
///
/// Nothing is normalised: `.` and `..` segments and percent-encoding stay as the client sent them. Only bytes that are
/// not allowed in a URI, but that some clients send, are percent-encoded: those from 0x80 up, and in the path `" < > \
/// { }` and the backtick. So `/café` as raw UTF-8 becomes `/caf%C3%A9`, the same target as from a client that encodes
/// it.
public struct RequestTarget: Sendable, Hashable {
    /// The four forms a target can have (RFC 9112 section 3.2.1 to 3.2.4).
    public enum Form: Sendable, Hashable {
        /// `/path?query`: what a client sends to an origin server.
        case origin
        /// `http://host/path?query`: what a client sends to a proxy; servers must accept it too.
        case absolute
        /// `host:port`: only with CONNECT.
        case authority
        /// `*`: only with OPTIONS.
        case asterisk
    }

    /// The target as sent, with bytes percent-encoded that are not allowed in a URI.
    public let raw: String
    /// Which of the four forms `raw` has.
    public let form: Form

    /// Creates a target whose form and characters have already been checked.
    public init(raw: String, form: Form) {
        self.raw = raw
        self.form = form
    }

    /// Creates a target from `text`; `nil` if it is not valid. See `form(of:isConnect:)` for what is valid.
    ///
    /// - Parameter text: The target as it was sent.
    /// - Parameter isConnect: Whether the method is CONNECT, the only one with the authority form.
    public init?(_ text: String, isConnect: Bool = false) {
        let bytes = text.utf8.span
        guard let reading = Self.reading(of: bytes, isConnect: isConnect) else { return nil }
        self.init(raw: reading.needsEncoding ? Self.encoded(bytes) : text, form: reading.form)
    }
}

extension RequestTarget: CustomStringConvertible {
    /// The same as `raw`.
    public var description: String { raw }
}
