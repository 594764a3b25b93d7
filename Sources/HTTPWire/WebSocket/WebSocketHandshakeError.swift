import HTTPTypes

/// Why a WebSocket could not be opened.
public enum WebSocketHandshakeError: Error, Sendable, Hashable, CustomStringConvertible {
    // MARK: The request

    /// The method is not GET.
    case method(String)
    /// The request is not HTTP/1.1.
    case httpVersion
    /// `Connection` lacks `upgrade`.
    case connectionField
    /// `Upgrade` lacks `websocket`.
    case upgradeField
    /// The request is for another version than 13.
    case unsupportedVersion(String)
    /// `Sec-WebSocket-Key` is missing, or not 16 bytes in Base64.
    case key
    /// `Sec-WebSocket-Protocol` is not a list of distinct names.
    case protocolField

    // MARK: The response

    /// `Connection` or `Upgrade` is missing.
    case notUpgraded
    /// `Sec-WebSocket-Accept` is missing.
    case missingAccept
    /// `Sec-WebSocket-Accept` does not match the key: the server does not implement WebSockets.
    case wrongAccept
    /// The server has chosen a subprotocol that was not offered.
    case unknownProtocol(String)
    /// The server has chosen extensions that were not offered.
    case extensions(String)

    /// The status of a server's response: 426 for an unsupported version, otherwise 400.
    public var status: HTTPResponse.Status {
        if case .unsupportedVersion = self { .upgradeRequired } else { .badRequest }
    }

    /// The fields of the server's response (RFC 6455 section 4.4, RFC 9110 section 15.5.22).
    public var headers: HTTPFields {
        guard case .unsupportedVersion = self else { return [:] }
        return [.secWebSocketVersion: WebSocketHandshake.version, .upgrade: "websocket", .connection: "upgrade"]
    }

    /// The error in a sentence.
    public var description: String {
        switch self {
        case .method(let method): "A WebSocket must be opened with GET, not with \(method)."
        case .httpVersion: "A WebSocket must be opened with HTTP/1.1."
        case .connectionField: "A WebSocket must be opened with Connection: Upgrade."
        case .upgradeField: "A WebSocket must be opened with Upgrade: websocket."
        case .unsupportedVersion(""): "Sec-WebSocket-Version is missing. Version 13 is supported."
        case .unsupportedVersion(let version): "WebSocket version \(version) is not supported; version 13 is."
        case .key: "Sec-WebSocket-Key must be 16 bytes in Base64."
        case .protocolField: "Sec-WebSocket-Protocol must be a list of distinct names."
        case .notUpgraded: "The response lacks Connection: Upgrade or Upgrade: websocket."
        case .missingAccept: "Response did not contain a 'Sec-WebSocket-Accept' header"
        case .wrongAccept: "Bad response 'Sec-WebSocket-Accept' header"
        case .unknownProtocol(let name): "The server has chosen the protocol \(name), which was not offered."
        case .extensions(let text): "The server has chosen extensions that were not offered: \(text)"
        }
    }
}
