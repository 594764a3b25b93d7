/// The target of a request, as it stood on the request line (RFC 9112 section 3.2).
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

    /// The target as sent.
    public let raw: String
    /// Which of the four forms `raw` has.
    public let form: Form

    /// A target whose form and characters have been checked already.
    public init(raw: String, form: Form) {
        self.raw = raw
        self.form = form
    }
}
