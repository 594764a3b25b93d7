import Logging

/// Keeps all messages of a room, and decides on their places: the one order that there is.
protocol ChatLog: Sendable {
    /// Stores messages for good: what this returns has survived whatever happens to the process.
    ///
    /// - Returns: what became of each, in the same order. A message whose id is known is not stored again.
    /// - Throws: whatever prevents it; then none of them is stored, or those that are will be known by their ids.
    func append(_ drafts: [ChatMessage.Draft]) async throws -> [ChatLogOutcome]

    /// The messages that a query asks for, in order.
    func messages(_ query: HistoryQuery) async throws -> [ChatMessage]

    /// The latest messages, in order: so many, or as many as can be had now.
    func latest(_ count: Int) async throws -> [ChatMessage]

    /// How the log is, for those who watch over it.
    var status: ChatLogStatus { get }

    /// Does what is to be done in the background, until the task is cancelled.
    func run() async

    /// Stores what can still be stored, and lets go of everything.
    func close() async
}

/// What became of a message that was to be stored.
enum ChatLogOutcome: Sendable, Hashable {
    case stored(ChatMessage)
    /// It was stored before, at this place.
    case known(MessageID, sequence: Int)
}

/// Which messages are wanted.
struct HistoryQuery: Sendable, Hashable {
    /// How many messages an answer may have.
    static let maximumLimit = 200

    /// Only messages before this place.
    var before: Int?
    /// Only messages after this place, and then the first of them; else the last ones are wanted.
    var after: Int?
    /// Only messages whose text or name contains this, whatever the case of its letters.
    var text: String?
    var limit = 50
}

/// How a log is.
struct ChatLogStatus: Codable, Sendable, Hashable {
    /// Which kind of log it is.
    var kind: String
    /// Whether its database answers.
    var isConnected: Bool
    /// How many messages wait for the database.
    var waiting: Int
}

/// Why a log can't do something.
struct ChatLogError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The log can't be asked now, which will pass.
struct ChatLogUnavailable: Error, CustomStringConvertible {
    let description = "The history can't be read now. Messages are kept meanwhile."
}
