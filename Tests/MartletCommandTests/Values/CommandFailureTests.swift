import HTTPTypes
import HTTPWire
import Martlet
import Testing

@testable import MartletCommand

@Suite("Failures")
struct CommandFailureTests {
    @Test("Each kind of failure has its exit code, and its message says what to do")
    func codes() {
        let table: [(any Error, CommandStatus, String)] = [
            (HTTPClientError.invalidURL("x y"), .usage, "\"x y\" is not a URL. Write it as http://host/path."),
            (
                HTTPClientError.handshakeFailed(host: "a", port: 1, reason: "no."), .handshakeFailed,
                "No secure connection to a, port 1: no."
            ),
            (
                HTTPClientError.unknownHost("a", reason: "no"), .unknownHost,
                "Couldn't look up a: no. Check its spelling."
            ),
            (
                HTTPClientError.couldNotConnect(host: "a", port: 1, reason: "no"), .couldNotConnect,
                "Couldn't connect to a, port 1: no. Is the server running, and is this the right port?"
            ),
            (
                HTTPClientError.proxyTunnelRefused(.proxyAuthenticationRequired), .couldNotConnect,
                "The proxy refused to open a tunnel: 407 Proxy Authentication Required. "
                    + "Add a user name and a password: --proxy http://name:password@host:port."
            ),
            (
                HTTPClientError.timedOut(.total, host: "a", port: 1, after: .seconds(2)), .timedOut,
                "The request has taken longer than 2.0 seconds. Raise --timeout."
            ),
            (
                HTTPClientError.redirect(.limitExceeded(limit: 5), after: []), .redirectError,
                "More than 5 redirects in a row. Raise --max-redirects if that is intended."
            ),
            (
                HTTPClientError.bodyNotRepeatable("The server asks for authentication"), .failure,
                "The server asks for authentication, but the content can't be read again. Send it from a file, as @file."
            ),
            (
                HTTPClientError.connectionClosed, .noResponse,
                "The server closed the connection without a response. Try again."
            ),
            (
                HTTPBodyError.connectionClosed, .incompleteContent,
                "The connection was closed before the end of the content. Try again."
            ),
        ]
        for (error, status, message) in table {
            #expect(CommandFailure(error) == CommandFailure(status, message))
        }
    }

    @Test("The help lists every code")
    func help() {
        for status in CommandStatus.allCases {
            #expect(CommandStatus.help.contains(" \(status.rawValue) "), "\(status)")
        }
    }
}
