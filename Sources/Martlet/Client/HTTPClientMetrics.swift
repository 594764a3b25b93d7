import HTTPTypes

/// How a request went, and how long each part of it took.
public struct HTTPClientMetrics: Sendable {
    /// The method of the request, before redirects.
    public internal(set) var method: HTTPRequest.Method
    /// The URL of the request, before redirects.
    public internal(set) var url: String
    /// The status of the final response; nil if there was none.
    public internal(set) var status: HTTPResponse.Status?
    /// The error that ended the request, if one did.
    public internal(set) var error: (any Error)?

    /// How long the request waited for a connection, including the time to make one.
    public internal(set) var queue: Duration = .zero
    /// How long the lookup of the host's name took; nil on a connection that was used before, or for an IP address.
    public internal(set) var nameLookup: Duration?
    /// How long connecting took, without the lookup; nil on a connection that was used before.
    public internal(set) var connect: Duration?
    /// The time from the start to the head of the response; nil if none came.
    public internal(set) var firstByte: Duration?
    /// The time from the start to the end of the response.
    public internal(set) var total: Duration = .zero

    /// How many bytes were sent, heads included.
    public internal(set) var bytesSent = 0
    /// How many bytes were received, heads included.
    public internal(set) var bytesReceived = 0
    /// Whether the connection had carried a request before.
    public internal(set) var isConnectionReused = false
    /// How many times the request was sent: once, and again for redirects, authentication and retries.
    public internal(set) var attempts = 1
}
