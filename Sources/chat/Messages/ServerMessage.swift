import Foundation

/// A message from the server to clients, as JSON. docs/chat.md describes it.
enum ServerMessage: Sendable, Hashable {
    /// The response to `join`: the name as all clients see it, and the limits.
    case welcome(room: String, name: String, limits: ChatLimits.Told)
    /// The people in the room, and the number of others whose names did not fit.
    case people([String], others: Int = 0)
    /// The latest messages. If `resumed`, they directly follow those that the client has; otherwise some are missing in
    /// between.
    case history([ChatMessage], resumed: Bool)
    /// A new message.
    case message(ChatMessage)
    /// People have joined, left or changed their name.
    case changes(PeopleChanges)
    /// The client's message was already stored, with this sequence number.
    case stored(id: MessageID, sequence: Int)
    /// The client's new name.
    case renamed(String)
    /// The response to a ping.
    case pong
    /// A request of the client is refused.
    case problem(ChatProblem)

    /// The response to a ping as JSON.
    static let pongJSON = #"{"type":"pong"}"#

    /// The JSON, with the same order of keys each time.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and arrays of them can always be encoded.
        guard let data = try? encoder.encode(self) else { return Self.pongJSON }
        return String(decoding: data, as: UTF8.self)
    }
}

extension ServerMessage: Encodable {
    private enum Key: String, CodingKey {
        case type, room, name, limits, people, others, messages, resumed, id, sequence
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        switch self {
        case .welcome(let room, let name, let limits):
            try fields.encode("welcome", forKey: .type)
            try fields.encode(room, forKey: .room)
            try fields.encode(name, forKey: .name)
            try fields.encode(limits, forKey: .limits)
        case .people(let names, let others):
            try fields.encode("people", forKey: .type)
            if others > 0 { try fields.encode(others, forKey: .others) }
            try fields.encode(names, forKey: .people)
        case .history(let messages, let resumed):
            try fields.encode("history", forKey: .type)
            try fields.encode(messages, forKey: .messages)
            try fields.encode(resumed, forKey: .resumed)
        case .message(let message):
            try fields.encode("message", forKey: .type)
            try message.encode(to: encoder)
        case .changes(let changes):
            try fields.encode("changes", forKey: .type)
            try changes.encode(to: encoder)
        case .stored(let id, let sequence):
            try fields.encode("stored", forKey: .type)
            try fields.encode(id, forKey: .id)
            try fields.encode(sequence, forKey: .sequence)
        case .renamed(let name):
            try fields.encode("renamed", forKey: .type)
            try fields.encode(name, forKey: .name)
        case .pong:
            try fields.encode("pong", forKey: .type)
        case .problem(let problem):
            try fields.encode("problem", forKey: .type)
            try problem.encode(to: encoder)
        }
    }
}
