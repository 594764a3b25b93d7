/// The text of a message.
struct ChatText: Sendable, Hashable {
    /// The text as all clients see it: lines end with a line feed, and there is no white space at its ends.
    let text: String

    /// Creates a text from what a user has typed.
    ///
    /// - Throws: ``ChatProblem`` with the reason why it can't be sent.
    init(_ typed: String, limits: ChatLimits = ChatLimits()) throws(ChatProblem) {
        var scalars = String.UnicodeScalarView()
        // White space is held back: it is dropped at the beginning, and kept elsewhere only if something follows.
        var blanks = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in typed.unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            if scalar == "\n", isAfterReturn { continue }
            if scalar.isControl, scalar != "\n", scalar != "\t", scalar != "\r" {
                throw ChatProblem(.badText, "A text must not have control characters.")
            }
            let isLineEnd = scalar == "\n" || scalar == "\r"
            if isLineEnd || scalar == "\t" || scalar.isSpace || scalar.isSeparator || scalar == "\u{200B}" {
                blanks.append(isLineEnd ? "\n" : scalar)
                continue
            }
            if !scalars.isEmpty { scalars.append(contentsOf: blanks) }
            blanks.removeAll()
            scalars.append(scalar)
        }
        let text = String(scalars)
        guard text.unicodeScalars.contains(where: { !$0.isInvisible }) else {
            throw ChatProblem(.badText, "The text is empty.")
        }
        // Bytes first: counting characters takes time.
        guard text.utf8.count <= limits.textBytes, text.count <= limits.textCharacters else {
            throw ChatProblem(.badText, "A text may have at most \(limits.textCharacters) characters.")
        }
        self.text = text
    }
}
