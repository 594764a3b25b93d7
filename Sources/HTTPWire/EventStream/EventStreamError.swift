/// The limit that a stream of events exceeds. Nothing else is wrong in such a stream: unknown lines are ignored.
public enum EventStreamError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A line is longer than allowed.
    case lineTooLong(limit: Int)
    /// The data and the name of an event are larger than allowed.
    case eventTooLarge(limit: Int)
    /// An id is longer than allowed.
    case idTooLong(limit: Int)

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .lineTooLong(let limit): "A line of the event stream is longer than \(limit) bytes."
        case .eventTooLarge(let limit): "An event of the stream is larger than \(limit) bytes."
        case .idTooLong(let limit): "An id in the event stream is longer than \(limit) bytes."
        }
    }
}
