import Foundation

/// A message from a client to the server, as JSON. docs/chat.md describes it.
enum ClientMessage: Sendable, Hashable {
    /// The first message: the person's name, and the last message that the client has.
    case join(name: String, key: String?, after: Int?)
    /// A message to all members.
    case say(id: MessageID, text: String)
    /// A new name.
    case rename(name: String)
    /// Checks that the server is alive.
    case ping

    /// Reads a message.
    ///
    /// - Throws: ``ChatProblem`` with the reason, and the id if there is one, so that the sender knows which message is
    ///   refused.
    init(_ json: String) throws(ChatProblem) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
        } catch {
            let id = (try? JSONDecoder().decode(Identified.self, from: Data(json.utf8)))?.id
            throw ChatProblem(.malformed, Self.explanation(error), id: id)
        }
    }

    private struct Identified: Decodable {
        var id: MessageID
    }

    private static func explanation(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _):
            "“\(key.stringValue)” is missing."
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            context.codingPath.last.map { "“\($0.stringValue)” has a value of the wrong type." }
                ?? "A message must be a JSON object."
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            context.debugDescription
        default:
            "The message is not JSON."
        }
    }
}

extension ClientMessage: Decodable {
    private enum Key: String, CodingKey {
        case type, name, key, after, id, text
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        switch try fields.decode(String.self, forKey: .type) {
        case "join":
            self = .join(
                name: try fields.decode(String.self, forKey: .name),
                key: try fields.decodeIfPresent(String.self, forKey: .key),
                after: try fields.decodeIfPresent(Int.self, forKey: .after)
            )
        case "say":
            self = .say(
                id: try fields.decode(MessageID.self, forKey: .id),
                text: try fields.decode(String.self, forKey: .text)
            )
        case "rename":
            self = .rename(name: try fields.decode(String.self, forKey: .name))
        case "ping":
            self = .ping
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type,
                in: fields,
                debugDescription: "“type” must be join, say, rename or ping."
            )
        }
    }
}
