import Foundation

/// What the server says to clients, as JSON. docs/chat.md describes it.
enum ServerMessage: Sendable, Hashable {
    /// The answer to `join`: the name in the spelling that everybody sees, and the limits.
    case welcome(room: String, name: String, limits: ChatLimits.Told)
    /// The people in the room, and how many others there are whose names did not fit.
    case people([String], others: Int = 0)
    /// The latest messages. `resumed`: they follow directly on what the client has; otherwise some between are missing.
    case history([ChatMessage], resumed: Bool)
    /// Somebody has said something.
    case message(ChatMessage)
    /// Some have come, gone, or have another name.
    case changes(PeopleChanges)
    /// The client's message is stored already, at this place.
    case stored(id: MessageID, sequence: Int)
    /// The client has this name from now on.
    case renamed(String)
    /// The answer to a ping.
    case pong
    /// Something that the client has asked for is refused.
    case problem(ChatProblem)

    /// The answer to a ping, as JSON.
    static let pongJSON = #"{"type":"pong"}"#

    /// The JSON, with the same order of keys each time.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts, numbers and lists of them can be encoded whatever they are.
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
