import HTTPTypes
import HTTPWire
import Martlet
import Synchronization

/// Writes a line for each request that was answered.
///
/// ```swift
/// let log = RequestLog(.combined)
/// try await server.serve(around: [log], handler)
/// await LogOutput.standardOutput.flush()
/// ```
///
/// Wrap it around everything else, so that it sees what the client gets. A request whose client went away before it got
/// an answer is logged with the status 499. With `around`, requests that the server itself refuses are logged too, with
/// what could be read of them.
public struct RequestLog: Middleware {
    /// The format of the lines. Control characters, quotes and backslashes from clients are escaped in each.
    public enum Format: Sendable, Hashable {
        /// The Common Log Format: address, time, request line, status, bytes of content.
        case common
        /// The Combined Log Format: the same with `Referer` and `User-Agent`.
        case combined
        /// An object of JSON on each line: the same with the host, the pattern of the route (``Router``), the id of the
        /// request (``RequestID``), the trace that it belongs to (`traceparent`), the duration in milliseconds, and whether the response was sent to its end.
        case json
    }

    private let format: Format
    private let write: @Sendable (String) -> Void
    private let clock = LogClock()

    /// A log.
    ///
    /// - Parameters:
    ///   - format: The format of the lines.
    ///   - write: Called with a line, which ends with a line feed, on the event loop of the connection: it must not
    ///     block.
    public init(_ format: Format = .common, write: @escaping @Sendable (String) -> Void) {
        self.format = format
        self.write = write
    }

    /// A log to a file or the standard output. Lines are dropped when that is too slow to accept them.
    public init(_ format: Format = .common, to output: LogOutput = .standardOutput) {
        self.init(format) { output.write($0) }
    }

    /// Wraps `handler` in the log.
    public func wrapping(_ handler: @escaping HTTPServer.Handler) -> HTTPServer.Handler {
        { request in
            let entry = LogEntry(request, began: .now)
            request.response.onCompletion { summary in
                write(entry.line(format, summary, clock: clock))
            }
            try await handler(request)
        }
    }
}
