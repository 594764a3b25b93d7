import Logging

/// Stores all messages of a room, and assigns their sequence numbers, which define their order.
protocol ChatLog: Sendable {
    /// Stores messages durably: once this returns, they survive a crash of the process.
    ///
    /// - Returns: The outcome for each, in the same order. A message with a known id is not stored again.
    /// - Throws: Any error that prevents it. In that case none of them is stored, or those that are will be known by
    ///   their ids.
    func append(_ drafts: [ChatMessage.Draft]) async throws -> [ChatLogOutcome]

    /// The messages that match a query, in order.
    func messages(_ query: HistoryQuery) async throws -> [ChatMessage]

    /// The latest messages, in order: `count`, or as many as are available now.
    func latest(_ count: Int) async throws -> [ChatMessage]

    /// The state of the log, for monitoring.
    var status: ChatLogStatus { get }

    /// Does background work until the task is cancelled.
    func run() async

    /// Stores what can still be stored, and releases all resources.
    func close() async
}

/// The outcome of storing a message.
enum ChatLogOutcome: Sendable, Hashable {
    case stored(ChatMessage)
    /// The message was already stored, with this sequence number.
    case known(MessageID, sequence: Int)
}

/// A query for messages.
struct HistoryQuery: Sendable, Hashable {
    /// The maximum number of messages in a response.
    static let maximumLimit = 200

    /// Only messages before this sequence number.
    var before: Int?
    /// Only messages after this sequence number, the first ones of them. Without this, the last ones are returned.
    var after: Int?
    /// Only messages whose text or name contains this, ignoring case.
    var text: String?
    var limit = 50
}

/// The state of a log.
struct ChatLogStatus: Codable, Sendable, Hashable {
    /// The kind of log.
    var kind: String
    /// Whether its database is available.
    var isConnected: Bool
    /// How many messages wait for the database.
    var waiting: Int
}

/// An error of a log.
struct ChatLogError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The log is temporarily unavailable.
struct ChatLogUnavailable: Error, CustomStringConvertible {
    let description = "The history is temporarily unavailable. No messages are lost meanwhile."
}
