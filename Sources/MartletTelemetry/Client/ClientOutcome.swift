#if Telemetry
    import Martlet

    /// How a request of a client ended.
    struct ClientOutcome: Sendable, Hashable {
        /// The version of HTTP; empty without a response.
        let version: String
        let status: Int?
        /// `error.type`; nil for success.
        let error: String?

        init(_ response: HTTPClientResponse) {
            version = response.version.description
            status = response.status.code
            // For a client, what it has done wrong is an error too.
            error = response.status.code >= 400 ? String(response.status.code) : nil
        }

        init(_ failure: any Error) {
            version = ""
            status = nil
            error = Self.kind(of: failure)
        }

        /// A word for an error, of which there are few: the names are those that .NET has, the first with metrics of
        /// this kind.
        private static func kind(of error: any Error) -> String {
            guard let error = error as? HTTPClientError else { return String(describing: type(of: error)) }
            return switch error {
            case .unknownHost: "name_resolution_error"
            case .couldNotConnect: "connection_error"
            case .handshakeFailed, .invalidSecurityContext: "secure_connection_error"
            case .timedOut: "timeout"
            case .connectionClosed: "response_ended"
            case .proxyTunnelRefused, .invalidProxyConfiguration: "proxy_tunnel_error"
            case .http2: "http_protocol_error"
            case .malformedResponse, .tooManyInformationalResponses, .unexpectedUpgrade, .unsolicitedResponse,
                .undecodableContent:
                "invalid_response"
            case .redirect: "redirect_error"
            case .authentication: "authentication_error"
            default: "HTTPClientError"
            }
        }
    }
#endif
