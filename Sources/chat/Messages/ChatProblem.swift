/// Why the room does not do what a client asks for. It is answered so, and the connection stays.
struct ChatProblem: Error, Codable, Sendable, Hashable {
    /// The kind, for programs.
    enum Code: String, Codable, Sendable {
        /// The message is not JSON, or not one that a client can send.
        case malformed
        /// Something was asked for that needs a name, before one was given.
        case notJoined
        /// A second `join`.
        case alreadyJoined
        /// The name can't be a name.
        case badName
        /// Somebody else in the room has the name, or one that looks like it.
        case nameTaken
        /// The text is empty, too long, or has control characters.
        case badText
        /// Too many messages in too short a time; see `retryAfter`.
        case tooFast
        /// Too many messages of all members wait to be stored.
        case busy
        /// The message could not be stored, and nobody has got it.
        case notStored
        /// The room has as many members as it can.
        case roomFull
    }

    var code: Code
    /// An explanation for people.
    var message: String
    /// Which message it is about.
    var id: MessageID?
    /// After how many milliseconds another try makes sense.
    var retryAfter: Int?

    init(_ code: Code, _ message: String, id: MessageID? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.id = id
        self.retryAfter = retryAfter
    }
}
