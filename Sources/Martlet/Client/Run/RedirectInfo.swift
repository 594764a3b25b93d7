import HTTPTypes
import HTTPWire

/// One redirect that was followed, or is about to be.
public struct RedirectInfo: Sendable, Hashable {
    /// The method of the request that was redirected.
    public let method: HTTPRequest.Method
    /// The URL of the request that was redirected.
    public let url: HTTPURL
    /// The status of the response, one of 301, 302, 303, 307 and 308.
    public let status: HTTPResponse.Status
    /// The target of the redirect, resolved against `url`.
    public let location: HTTPURL

    /// A redirect of a request with this method and URL to `location`.
    public init(method: HTTPRequest.Method, url: HTTPURL, status: HTTPResponse.Status, location: HTTPURL) {
        self.method = method
        self.url = url
        self.status = status
        self.location = location
    }
}
