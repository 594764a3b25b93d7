/// Why a content is not the JSON that somebody expects, in words for whoever has sent it.
struct JSONExplanation: CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        guard let error = error as? DecodingError else {
            description = "it can't be parsed."
            return
        }
        let (text, path): (String, [any CodingKey]) =
            switch error {
            case .keyNotFound(let key, let context): ("\"\(key.stringValue)\" is missing", context.codingPath)
            case .typeMismatch(let type, let context): ("\(type) is expected", context.codingPath)
            case .valueNotFound(let type, let context): ("\(type) is expected, not null", context.codingPath)
            case .dataCorrupted(let context): (context.debugDescription, context.codingPath)
            @unknown default: ("it can't be decoded", [])
            }
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        description = place.isEmpty ? "\(text)." : "\(text) at \(place)."
    }
}
