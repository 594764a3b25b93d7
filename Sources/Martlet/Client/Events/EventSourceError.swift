import HTTPTypes
import HTTPWire

/// Why a stream of events can't be read, however often the client connects.
public enum EventSourceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The status of the response is neither 200 nor 204. With `maximumFailures` it may be one that is usually tried
    /// again.
    case unexpectedStatus(HTTPResponse.Status)
    /// The content is of another type than `text/event-stream`; nil for content without a type.
    case unexpectedContentType(String?)
    /// A line or an event is too large.
    case limitExceeded(EventStreamError)
    /// The stream ends each time without having brought anything, `maximumFailures` times in a row.
    case endedAtOnce

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .unexpectedStatus(let status): "The server answered \(status) in place of a stream of events."
        case .unexpectedContentType(let type):
            "The server sent \(type ?? "content without a type") in place of text/event-stream."
        case .limitExceeded(let error): "\(error)"
        case .endedAtOnce: "The server ended the stream of events without an event, again and again."
        }
    }
}
