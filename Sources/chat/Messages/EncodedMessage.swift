/// A message as JSON, encoded once for all clients.
struct EncodedMessage: Sendable, Hashable {
    private static let type = #","type":"message"}"#

    /// The message's sequence number in the room.
    let sequence: Int
    /// The JSON that clients receive.
    let json: String

    init(_ message: ChatMessage) {
        sequence = message.sequence
        json = ServerMessage.message(message).json
    }

    init(sequence: Int, json: String) {
        self.sequence = sequence
        self.json = json
    }

    /// The size of the JSON in bytes. Within a history it is not larger.
    var bytes: Int { json.utf8.count }

    /// The JSON within a history: without the type, which is the last of the sorted keys.
    fileprivate var entry: Substring {
        guard json.hasSuffix(Self.type) else { return json[...] }
        return json[..<json.utf8.index(json.endIndex, offsetBy: -Self.type.utf8.count)]
    }
}

/// The messages for a new client, already encoded. The task that sends them joins them.
struct EncodedHistory: Sendable, Hashable {
    /// The maximum number of bytes around the messages.
    static let frame = 64

    var messages: [EncodedMessage]
    var resumed: Bool

    /// The maximum size of the JSON in bytes.
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
