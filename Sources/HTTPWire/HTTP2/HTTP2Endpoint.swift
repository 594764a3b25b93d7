/// The two ends of an HTTP/2 connection, whose rules differ in places.
public enum HTTP2Endpoint: Sendable, Hashable {
    case client
    case server
}
