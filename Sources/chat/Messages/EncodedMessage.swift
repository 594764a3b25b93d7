/// A message as JSON, encoded once for all clients.
struct EncodedMessage: Sendable, Hashable {
    private static let type = #","type":"message"}"#

    /// The message's place in the room.
    let sequence: Int
    /// What clients get when the message has been said.
    let json: String

    init(_ message: ChatMessage) {
        sequence = message.sequence
        json = ServerMessage.message(message).json
    }

    init(sequence: Int, json: String) {
        self.sequence = sequence
        self.json = json
    }

    /// How many bytes the JSON has, in a history too at most.
    var bytes: Int { json.utf8.count }

    /// The JSON as it is in a history: without the type, which is the last of the sorted keys.
    fileprivate var entry: Substring {
        guard json.hasSuffix(Self.type) else { return json[...] }
        return json[..<json.utf8.index(json.endIndex, offsetBy: -Self.type.utf8.count)]
    }
}

/// The messages that a newcomer gets, already encoded: what is left is to put them together, which is for the task that
/// sends them.
struct EncodedHistory: Sendable, Hashable {
    /// How many bytes there are around the messages, at most.
    static let frame = 64

    var messages: [EncodedMessage]
    var resumed: Bool

    /// How many bytes the JSON has, at most.
    var bytes: Int { messages.reduce(Self.frame) { $0 + $1.bytes } }

    /// The same as ``ServerMessage/history(_:resumed:)``.
    var json: String {
        var text = #"{"messages":["#
        text.reserveCapacity(bytes)
        for (index, message) in messages.enumerated() {
            if index > 0 { text += "," }
            text += message.entry
            text += "}"
        }
        text += #"],"resumed":\#(resumed),"type":"history"}"#
        return text
    }
}
