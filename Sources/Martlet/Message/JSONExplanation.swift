import NIOCore

/// Why a content is not the JSON that is expected, in words for its sender.
package struct JSONExplanation {
    private let reason: String

    /// - Parameters:
    ///   - error: What decoding the content has thrown.
    ///   - content: The content.
    package init(_ error: any Error, _ content: ByteBuffer) {
        guard !content.readableBytesView.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            reason = "it is empty"
            return
        }
        guard let error = error as? DecodingError else {
            reason = "it can't be parsed"
            return
        }
        let (text, path): (String, [any CodingKey]) =
            switch error {
            case .keyNotFound(let key, let context): ("\"\(key.stringValue)\" is missing", context.codingPath)
            case .typeMismatch(let type, let context): ("\(type) is expected", context.codingPath)
            case .valueNotFound(let type, let context): ("\(type) is expected, not null", context.codingPath)
            // The parser's own words don't say more than this.
            case .dataCorrupted(let context) where context.codingPath.isEmpty: ("it is not valid JSON", [])
            case .dataCorrupted(let context): (context.debugDescription.withoutFullStop, context.codingPath)
            @unknown default: ("it can't be decoded", [])
            }
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        reason = place.isEmpty ? text : "\(text) at \(place)"
    }

    /// The reason in one sentence.
    package var sentence: String { "The content is not the JSON that is expected: \(reason)." }
}

extension String {
    /// The text of a sentence that another one goes on with.
    fileprivate var withoutFullStop: String {
        hasSuffix(".") ? String(dropLast()) : self
    }
}
