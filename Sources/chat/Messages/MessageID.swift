import Foundation

/// The id of a message, created by the program that sends it: a UUID (RFC 9562) in lower case.
struct MessageID: Sendable, Hashable, LosslessStringConvertible {
    let description: String

    /// Nil if the text is not a UUID.
    init?(_ text: String) {
        guard text.utf8.count == 36, let id = UUID(uuidString: text) else { return nil }
        description = id.uuidString.lowercased()
    }

    /// Creates a new id.
    init() {
        description = UUID().uuidString.lowercased()
    }
}

extension MessageID: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "The id is not a UUID.")
        }
        self = id
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
