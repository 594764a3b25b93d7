import HTTPTypes
import HTTPWire

/// Why a request of an ``HTTPClient`` got no response, or can't be sent as it is.
public enum HTTPClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The operation that exceeded its time.
    public enum Timeout: Sendable, Hashable {
        /// The connection to the server was not made in time (`connectionTimeout`).
        case connection
        /// The server sent nothing for too long (`readTimeout`).
        case read
        /// All connections that there may be to the server were in use for too long (`poolTimeout`).
        case pool
        /// The request as a whole (`totalTimeout`).
        case total
        /// The server, which had been silent, did not acknowledge a PING of HTTP/2 (`http2.pingTimeout`).
        case ping
    }

    // MARK: The request

    /// The text is not a URL that a request can be sent to.
    case invalidURL(String)
    /// The URL's scheme is neither http nor https.
    case unsupportedScheme(String)
    /// The method is not a token.
    case invalidMethod(String)
    /// A header field can't be sent.
    case invalidHeader(String)
    /// The request can't have content.
    case contentNotAllowed
    /// More was written than the request's Content-Length announces. The excess was not sent.
    case contentLengthExceeded(announced: Int, written: Int)
    /// Less was written than the request's Content-Length announces.
    case contentLengthNotReached(announced: Int, written: Int)
    /// The request has been ended, so nothing more can be written to it.
    case requestEnded
    /// The head of the request has been sent, so it can't be changed any more.
    case headAlreadySent
    /// The content must be sent again, but it was streamed and is gone. The text says why it must be.
    case bodyNotRepeatable(String)
    /// A server's or a proxy's challenge can't be answered.
    case authentication(String)
    /// ``HTTPClientRequest/abort()`` was called.
    case aborted
    /// The client has been closed.
    case clientClosed

    // MARK: The connection

    /// The name of the host, or of the proxy, could not be resolved.
    case unknownHost(String, reason: String)
    /// No connection could be made.
    case couldNotConnect(host: String, port: Int, reason: String)
    /// The connection could not be secured, most often because the server's certificate is not accepted.
    case handshakeFailed(host: String, port: Int, reason: String)
    /// The client's ``SecurityContext`` can't be used.
    case invalidSecurityContext(SecurityContextError)
    /// Something did not happen in time.
    case timedOut(Timeout, host: String, port: Int, after: Duration)
    /// The server has closed the connection before the head of its response was complete.
    case connectionClosed
    /// The proxy did not open a tunnel.
    case proxyTunnelRefused(HTTPResponse.Status)
    /// HTTP/2 ended the request or its connection.
    case http2(HTTP2Failure)
    /// The result of `findProxy` is not a list of proxies.
    case invalidProxyConfiguration(String)

    // MARK: The response

    /// The server's bytes are not HTTP.
    case malformedResponse(HTTPParseError)
    /// The server sent more informational responses than the configured maximum.
    case tooManyInformationalResponses(limit: Int)
    /// The server sent 101 Switching Protocols in response to a request without `Upgrade` (RFC 9110 section 7.8).
    case unexpectedUpgrade
    /// Bytes arrived that belong to no response.
    case unsolicitedResponse
    /// A redirect can't be followed. `after` holds those that were followed before it.
    case redirect(RedirectError, after: [RedirectInfo])
    /// The content can't be decompressed.
    case undecodableContent(ContentCodingError)
    /// The content is not text in the character set that the response names.
    case notText(String)
    /// The content is not the expected JSON.
    case unexpectedJSON(String)
    /// The response does not give the connection to the caller, as 101 or a 2xx to CONNECT does.
    case notDetachable

    /// The fault, and its remedy.
    public var description: String {
        switch self {
        case .invalidURL(let text):
            "\"\(text)\" is not a URL that a request can be sent to. Write it as http://host/path."
        case .unsupportedScheme(let scheme):
            "Unsupported scheme \"\(scheme)\". Use http or https."
        case .invalidMethod(let method):
            "\"\(method)\" is not a method: it must be a token such as GET."
        case .invalidHeader(let explanation):
            explanation
        case .contentNotAllowed:
            "The request was announced without content, so nothing can be written to it."
        case .contentLengthExceeded(let announced, let written):
            "Content size exceeds specified contentLength. \(written) bytes written while expected \(announced)."
        case .contentLengthNotReached(let announced, let written):
            "Content size below specified contentLength. \(written) bytes written but expected \(announced)."
        case .requestEnded:
            "The request has been ended. Write before calling end()."
        case .headAlreadySent:
            "Request already sent. Set the headers and the cookies before the first write."
        case .bodyNotRepeatable(let cause):
            "\(cause), but the content was streamed and can't be sent again. Send it from a text, bytes or a file."
        case .authentication(let explanation):
            explanation
        case .aborted:
            "Request has been aborted."
        case .clientClosed:
            "Client is closed. Make another HTTPClient."
        case .unknownHost(let host, let reason):
            "Couldn't look up \(host): \(reason)"
        case .couldNotConnect(let host, let port, let reason):
            "Couldn't connect to \(host), port \(port): \(reason)"
        case .handshakeFailed(let host, let port, let reason):
            "Handshake error in client with \(host), port \(port): \(reason)"
        case .invalidSecurityContext(let error):
            "\(error)"
        case .timedOut(let what, let host, let port, let duration):
            switch what {
            case .connection: "HTTP connection timed out after \(duration), host: \(host), port: \(port)"
            case .pool: "No connection became free for \(duration), host: \(host), port: \(port)"
            case .read: "The server sent nothing for \(duration), host: \(host), port: \(port)"
            case .total: "The request took longer than \(duration), host: \(host), port: \(port)"
            case .ping: "The server has not answered for \(duration), host: \(host), port: \(port)"
            }
        case .connectionClosed:
            "Connection closed before full header was received."
        case .proxyTunnelRefused(let status):
            "Proxy failed to establish tunnel (\(status.code) \(status.reasonPhrase))."
        case .http2(let error):
            "\(error)"
        case .invalidProxyConfiguration(let text):
            "Invalid proxy configuration: \(text)"
        case .malformedResponse(let error):
            "The server's response is malformed: \(error)"
        case .tooManyInformationalResponses(let limit):
            "The server sent more than \(limit) informational responses."
        case .unexpectedUpgrade:
            "The server switched protocols unasked. To ask for that, send Upgrade and Connection."
        case .unsolicitedResponse:
            "Unexpected response (unsolicited response without request)."
        case .redirect(let error, _):
            "\(error)"
        case .undecodableContent(let error):
            "The content could not be decompressed: \(error)"
        case .notText(let explanation), .unexpectedJSON(let explanation):
            explanation
        case .notDetachable:
            "The connection can only be detached after 101 Switching Protocols, or 2xx to CONNECT."
        }
    }
}
