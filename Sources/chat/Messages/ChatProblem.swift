/// Why the room refuses a client's request. It is sent as a response, and the connection stays open.
struct ChatProblem: Error, Codable, Sendable, Hashable {
    /// The kind of problem, for programs.
    enum Code: String, Codable, Sendable {
        /// The message is not JSON, or not one that a client can send.
        case malformed
        /// The request needs a name, and the client has not joined.
        case notJoined
        /// The client has already joined.
        case alreadyJoined
        /// The name is not valid.
        case badName
        /// Another member has this name, or one that looks like it.
        case nameTaken
        /// The text is empty, too long, or has control characters.
        case badText
        /// The client sends messages too fast; see `retryAfter`.
        case tooFast
        /// Too many messages are waiting to be stored.
        case busy
        /// The message could not be stored, and was not delivered to anyone.
        case notStored
        /// The room has the maximum number of members.
        case roomFull
    }

    var code: Code
    /// An explanation for people.
    var message: String
    /// The message that the problem is about.
    var id: MessageID?
    /// After how many milliseconds to try again.
    var retryAfter: Int?

    init(_ code: Code, _ message: String, id: MessageID? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.id = id
        self.retryAfter = retryAfter
    }
}
