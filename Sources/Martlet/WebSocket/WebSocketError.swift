import HTTPTypes
import HTTPWire

/// Why a WebSocket could not be opened or used.
public enum WebSocketError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The URL has another scheme than ws and wss.
    case unsupportedScheme(String)
    /// The name of a subprotocol is not a token, or is repeated in the list.
    case invalidProtocols([String])
    /// The server has answered with another status than 101. Redirects are not followed.
    case notUpgraded(url: String, status: HTTPResponse.Status)
    /// The server's response violates RFC 6455 section 4.2.2.
    case handshake(WebSocketHandshakeError)
    /// The code must not be sent in a close frame.
    case reservedCloseCode(WebSocketCloseCode)
    /// Nothing can be sent because one of the two sides has closed.
    case closed(WebSocketCloseCode?)
    /// Another task is waiting for a message. Messages go to one reader at a time.
    case alreadyReading
    /// A message could not be compressed; only a lack of memory can cause this.
    case compressionFailed(ContentCodingError)

    /// The error in a sentence.
    public var description: String {
        switch self {
        case .unsupportedScheme(let scheme): "Unsupported URL scheme '\(scheme)'. Use ws or wss."
        case .invalidProtocols(let names): "The names of the protocols must be distinct tokens, not \(names)."
        case .notUpgraded(let url, let status):
            "Connection to '\(url)' was not upgraded to websocket, HTTP status code: \(status.code)"
        case .handshake(let error): "\(error)"
        case .reservedCloseCode(let code): "Reserved status code \(code)"
        case .closed(let code?): "The WebSocket is closed (\(code))."
        case .closed(nil): "The WebSocket is being closed."
        case .alreadyReading: "Another task is reading from the WebSocket."
        case .compressionFailed(let error): "The message could not be compressed: \(error)"
        }
    }
}
