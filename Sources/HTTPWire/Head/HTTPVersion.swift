/// The version of HTTP in which a message was sent.
///
/// Of HTTP/1, a minor version above 1 is treated as 1.1, as RFC 9110 section 2.5 asks.
public enum HTTPVersion: Sendable, Hashable, CustomStringConvertible {
    /// HTTP/1.0 (RFC 1945).
    case http1_0
    /// HTTP/1.1 (RFC 9112).
    case http1_1
    /// HTTP/2 (RFC 9113).
    case http2

    /// `1.0`, `1.1` or `2`.
    public var description: String {
        switch self {
        case .http1_0: "1.0"
        case .http1_1: "1.1"
        case .http2: "2"
        }
    }
}
