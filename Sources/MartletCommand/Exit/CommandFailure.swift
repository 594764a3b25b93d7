import HTTPTypes
import Martlet

/// Why the tool has failed: a message of one line with advice, and the exit status.
struct CommandFailure: Error, Equatable {
    let status: CommandStatus
    let message: String

    init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Creates the failure for an error.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as HTTPClientError: self.init(error)
        case let error as HTTPBodyError: self.init(error)
        case let error as WebSocketError: self.init(error)
        case let error as EventSourceError: self.init(error)
        case let error as CookieJarError: self.init(.fileError, "\(error)")
        case let error as FileError: self.init(.fileError, "\(error)")
        default: self.init(.failure, "\(error)")
        }
    }

    private init(_ error: HTTPBodyError) {
        switch error {
        case .connectionClosed:
            self.init(.incompleteContent, "The connection was closed before the end of the content. Try again.")
        case .malformed:
            self.init(.malformedResponse, "\(error)")
        default:
            self.init(.failure, "\(error)")
        }
    }

    private init(_ error: WebSocketError) {
        switch error {
        case .unsupportedScheme, .invalidProtocols:
            self.init(.usage, "\(error)")
        case .notUpgraded(_, let status):
            self.init(
                CommandStatus(unexpected: status),
                "The server responded with \(status), and opened no WebSocket. Check the path of the URL."
            )
        case .handshake:
            self.init(.malformedResponse, "\(error)")
        default:
            self.init(.failure, "\(error)")
        }
    }

    private init(_ error: EventSourceError) {
        if case .unexpectedStatus(let status) = error {
            self.init(CommandStatus(unexpected: status), "\(error)")
        } else {
            self.init(.malformedResponse, "\(error)")
        }
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .invalidURL(let text):
            self.init(.usage, "\"\(text)\" is not a URL. Write it as http://host/path.")
        case .unsupportedScheme, .invalidMethod, .invalidHeader, .contentNotAllowed:
            self.init(.usage, "\(error)")
        case .invalidProxyConfiguration(let reason):
            self.init(.usage, "The proxy can't be used: \(reason). Check --proxy and http_proxy.")
        case .unknownHost(let host, let reason):
            self.init(.unknownHost, "Couldn't look up \(host): \(reason). Check its spelling.")
        case .couldNotConnect(let host, let port, let reason):
            let advice = "Is the server running, and is this the right port?"
            self.init(.couldNotConnect, "Couldn't connect to \(host), port \(port): \(reason). \(advice)")
        case .handshakeFailed(let host, let port, let reason):
            self.init(.handshakeFailed, "No secure connection to \(host), port \(port): \(reason)")
        case .invalidSecurityContext(let error):
            self.init(.badCertificateFile, "\(error) Check --cacert, --cert and --key.")
        case .proxyTunnelRefused(let status):
            let advice =
                status.code == 407 ? " Add a user name and a password: --proxy http://name:password@host:port." : ""
            self.init(.couldNotConnect, "The proxy refused to open a tunnel: \(status).\(advice)")
        case .timedOut(let what, let host, let port, let duration):
            switch what {
            case .connection:
                let advice = "Try again, or raise --connect-timeout."
                self.init(.timedOut, "No connection to \(host), port \(port), within \(duration). \(advice)")
            case .pool:
                self.init(.timedOut, "No connection to \(host) became free for \(duration). Try again.")
            case .read:
                self.init(.timedOut, "\(host) has sent nothing for \(duration). Try again, or raise --read-timeout.")
            case .total:
                self.init(.timedOut, "The request has taken longer than \(duration). Raise --timeout.")
            case .ping:
                self.init(.timedOut, "\(host) has not answered a ping for \(duration). Try again.")
            }
        case .connectionClosed:
            self.init(.noResponse, "The server closed the connection without a response. Try again.")
        case .http2(.streamReset), .http2(.goAway):
            self.init(.noResponse, "\(error). Try again, or use --http1.1.")
        case .http2:
            self.init(.malformedResponse, "\(error). Try --http1.1.")
        case .malformedResponse, .tooManyInformationalResponses, .unsolicitedResponse, .undecodableContent:
            self.init(.malformedResponse, "\(error)")
        case .redirect(.limitExceeded(let limit), _):
            self.init(
                .redirectError,
                "More than \(limit) redirects in a row. Raise --max-redirects if that is intended."
            )
        case .redirect(.downgrade(let url), _):
            self.init(
                .redirectError,
                "The redirect leads from https to \(url), without encryption. Request that URL itself if others "
                    + "may read the traffic."
            )
        case .redirect:
            self.init(.redirectError, "\(error)")
        case .bodyNotRepeatable(let cause):
            self.init(.failure, "\(cause), but the content can't be read again. Send it from a file, as @file.")
        default:
            self.init(.failure, "\(error)")
        }
    }
}
