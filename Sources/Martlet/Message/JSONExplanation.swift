import NIOCore

/// Explains to the sender of content why it is not the expected JSON.
package struct JSONExplanation {
    private let reason: String

    /// - Parameters:
    ///   - error: The error that decoding the content has thrown.
    ///   - content: The content.
    package init(_ error: any Error, _ content: ByteBuffer) {
        guard !content.readableBytesView.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            reason = "it is empty"
            return
        }
        guard let error = error as? DecodingError else {
            reason = "it can't be decoded"
            return
        }
        let (text, path): (String, [any CodingKey]) =
            switch error {
            case .keyNotFound(let key, let context): ("\"\(key.stringValue)\" is missing", context.codingPath)
            case .typeMismatch(let type, let context): ("expected \(type)", context.codingPath)
            case .valueNotFound(let type, let context): ("expected \(type), found null", context.codingPath)
            // The parser's own message is no more specific.
            case .dataCorrupted(let context) where context.codingPath.isEmpty: ("it is not valid JSON", [])
            case .dataCorrupted(let context): (context.debugDescription.withoutFullStop, context.codingPath)
            @unknown default: ("it can't be decoded", [])
            }
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        reason = place.isEmpty ? text : "\(text) at \(place)"
    }

    /// The reason in one sentence.
    package var sentence: String { "The content is not the expected JSON: \(reason)." }
}

extension String {
    /// The sentence without its full stop, to be continued.
    fileprivate var withoutFullStop: String {
        hasSuffix(".") ? String(dropLast()) : self
    }
}
