/// Why a server-sent event can't be created.
public enum ServerSentEventError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name has a line end.
    case invalidName(String)
    /// The id has a line end or NUL.
    case invalidID(String)

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .invalidName(let name): "\(name.debugDescription) is not the name of an event: it must not have line ends."
        case .invalidID(let id): "\(id.debugDescription) is not the id of an event: it must not have line ends or NUL."
        }
    }
}
