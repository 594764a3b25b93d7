import Martlet

/// A note: one line of text.
struct Note: Sendable {
    /// The maximum size of a note in bytes.
    static let maximumLength = 500

    let text: String

    /// - Throws: `HTTPError` with 400 and the reason.
    init(_ text: String) throws(HTTPError) {
        guard text.contains(where: { !$0.isWhitespace }) else { throw HTTPError(.badRequest, "The note is empty.") }
        guard text.utf8.count <= Self.maximumLength else {
            throw HTTPError(.badRequest, "The note is longer than \(Self.maximumLength) bytes.")
        }
        // A line break would make two notes of it.
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw HTTPError(.badRequest, "A note must be one line, without control characters.")
        }
        self.text = text
    }
}
