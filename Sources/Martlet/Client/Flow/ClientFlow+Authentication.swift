import HTTPTypes
import HTTPWire

/// What has been tried to authenticate one request.
struct AuthenticationAttempts {}

extension ClientFlow {
    /// The credentials to send without being asked.
    func authorization(for route: ClientRoute) async throws -> (origin: String?, proxy: String?)? {
        nil
    }

    /// Whether the request is to be sent again with credentials.
    mutating func authenticates(after response: HTTPClientResponse) async throws -> Bool {
        false
    }

    /// Whether the tunnel is to be tried again with credentials.
    mutating func authenticatesProxy(after refusal: ProxyRefusal, _ route: ClientRoute) async throws -> Bool {
        false
    }
}
