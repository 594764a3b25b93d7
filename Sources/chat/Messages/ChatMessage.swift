/// What somebody has said in a room, and its place there.
struct ChatMessage: Codable, Sendable, Hashable {
    /// Its place in the room: 1 for the first message, and one more for each that follows.
    var sequence: Int
    /// The name that its sender's program has given it, by which a message that is sent twice is known.
    var id: MessageID
    /// When it was received, in milliseconds since 1970.
    var time: Int
    /// Who said it.
    var name: String
    /// What was said.
    var text: String

    /// A message that has no place yet.
    struct Draft: Codable, Sendable, Hashable {
        var id: MessageID
        var time: Int
        var name: String
        var text: String

        /// How many bytes the message has as JSON at most.
        var maximumBytes: Int { ChatMessage.maximumBytes(name: name, text: text) }
    }

    init(sequence: Int, id: MessageID, time: Int, name: String, text: String) {
        self.sequence = sequence
        self.id = id
        self.time = time
        self.name = name
        self.text = text
    }

    /// How many bytes the message has as JSON at most.
    var maximumBytes: Int { Self.maximumBytes(name: name, text: text) }

    /// Quotation marks, backslashes and line feeds are two bytes each.
    private static func maximumBytes(name: String, text: String) -> Int {
        2 * (name.utf8.count + text.utf8.count) + 192
    }

    init(_ draft: Draft, sequence: Int) {
        self.init(sequence: sequence, id: draft.id, time: draft.time, name: draft.name, text: draft.text)
    }
}
