/// How the tool ends, for scripts. Where curl has a code for the same thing it is that one.
enum CommandStatus: Int32, CaseIterable {
    /// The server has answered, with whatever status unless `--fail` is given.
    case success = 0
    /// What has no code of its own.
    case failure = 1
    /// `--fail`: the server answered with a status from 400 to 499.
    case clientError = 4
    /// `--fail`: the server answered with a status from 500 on.
    case serverError = 5
    /// The name of the server or of the proxy is not known.
    case unknownHost = 6
    /// No connection.
    case couldNotConnect = 7
    /// What arrived is not HTTP, or can't be decompressed.
    case malformedResponse = 8
    /// The connection was closed before the end of the content.
    case incompleteContent = 18
    /// A file can't be read or written, or binary content must not go to a terminal.
    case fileError = 23
    /// Something took longer than allowed.
    case timedOut = 28
    /// The connection could not be secured, most often because the server's certificate is not accepted.
    case handshakeFailed = 35
    /// A redirect can't be followed.
    case redirectError = 47
    /// The connection was closed before a response.
    case noResponse = 52
    /// A certificate or a key that the tool was given can't be used.
    case badCertificateFile = 58
    /// The command makes no sense.
    case usage = 64

    /// The codes as `--help` lists them.
    static let help = """
        Exit codes: 0 the server has answered; 4 and 5 it has, with a status of 400 to 499, or 500 and more (with --fail \
        only); 6 unknown host name; 7 no connection; 8 the response is not HTTP; 18 the content is incomplete; 23 a file \
        can't be read or written, or binary content would go to a terminal; 28 out of time; 35 no secure \
        connection; 47 a redirect can't be followed; 52 the connection was closed without a response; 58 a certificate \
        that was given can't be used; 64 wrong usage; 130 interrupted; 1 anything else.
        """
}
