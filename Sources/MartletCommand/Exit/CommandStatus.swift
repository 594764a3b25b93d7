import HTTPTypes

/// The exit status of the tool, for scripts. If curl has a code for the same case, it is that one.
enum CommandStatus: Int32, CaseIterable {
    /// The server has responded, with any status unless `--fail` is given.
    case success = 0
    /// Any failure without a code of its own.
    case failure = 1
    /// `--fail`: the status of the response is from 400 to 499.
    case clientError = 4
    /// `--fail`: the status of the response is 500 or above.
    case serverError = 5
    /// The name of the server or of the proxy is unknown.
    case unknownHost = 6
    /// A connection could not be opened.
    case couldNotConnect = 7
    /// The response is not HTTP, or can't be decompressed.
    case malformedResponse = 8
    /// The connection was closed before the end of the content.
    case incompleteContent = 18
    /// A file can't be read or written, or binary content must not go to a terminal.
    case fileError = 23
    /// Something took longer than allowed.
    case timedOut = 28
    /// The connection could not be secured, usually because the server's certificate is not trusted.
    case handshakeFailed = 35
    /// A redirect can't be followed.
    case redirectError = 47
    /// The connection was closed before a response.
    case noResponse = 52
    /// A certificate or a key that the tool was given can't be used.
    case badCertificateFile = 58
    /// The command is not valid.
    case usage = 64

    /// The one for a status that is of no use for what was asked.
    init(unexpected status: HTTPResponse.Status) {
        switch status.kind {
        case .clientError: self = .clientError
        case .serverError: self = .serverError
        default: self = .malformedResponse
        }
    }

    /// The list of codes in `--help`.
    static let help = """
        Exit codes: 0 the server has responded; 4 or 5 it has, with a status of 400 to 499, or 500 and up (with --fail \
        only, or where a WebSocket or events were asked for); 6 unknown host name; 7 no connection; 8 the response is not HTTP; 18 incomplete content; 23 a file \
        can't be read or written, or binary content would go to a terminal; 28 timed out; 35 no secure \
        connection; 47 a redirect can't be followed; 52 the connection was closed without a response; 58 a certificate \
        can't be used; 64 wrong usage; 130 interrupted; 1 anything else.
        """
}
