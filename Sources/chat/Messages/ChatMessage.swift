/// A message in a room.
struct ChatMessage: Codable, Sendable, Hashable {
    /// Its sequence number in the room: 1 for the first message, and one more for each that follows.
    var sequence: Int
    /// The id that the sender's program has assigned, by which duplicates are recognised.
    var id: MessageID
    /// When it was received, in milliseconds since 1970.
    var time: Int
    /// The name of the sender.
    var name: String
    /// The text.
    var text: String

    /// A message without a sequence number.
    struct Draft: Codable, Sendable, Hashable {
        var id: MessageID
        var time: Int
        var name: String
        var text: String

        /// The maximum size of the message in bytes of JSON.
        var maximumBytes: Int { ChatMessage.maximumBytes(name: name, text: text) }
    }

    init(sequence: Int, id: MessageID, time: Int, name: String, text: String) {
        self.sequence = sequence
        self.id = id
        self.time = time
        self.name = name
        self.text = text
    }

    /// The maximum size of the message in bytes of JSON.
    var maximumBytes: Int { Self.maximumBytes(name: name, text: text) }

    /// Quotation marks, backslashes and line feeds are escaped to two bytes each.
    private static func maximumBytes(name: String, text: String) -> Int {
        2 * (name.utf8.count + text.utf8.count) + 192
    }

    init(_ draft: Draft, sequence: Int) {
        self.init(sequence: sequence, id: draft.id, time: draft.time, name: draft.name, text: draft.text)
    }
}
