/// The text of a message.
struct ChatText: Sendable, Hashable {
    /// As everybody sees it: lines end with a line feed, and there is nothing blank at its ends.
    let text: String

    /// Takes a text as somebody has typed it.
    ///
    /// - Throws: ``ChatProblem`` with the reason why it can't be said.
    init(_ typed: String, limits: ChatLimits = ChatLimits()) throws(ChatProblem) {
        var scalars = String.UnicodeScalarView()
        // Neither what is blank at the beginning nor, until something follows, what may be at the end.
        var blanks = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in typed.unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            if scalar == "\n", isAfterReturn { continue }
            if scalar.isControl, scalar != "\n", scalar != "\t", scalar != "\r" {
                throw ChatProblem(.badText, "A text has no control characters.")
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
            throw ChatProblem(.badText, "There is nothing in it.")
        }
        // Bytes first: to count characters takes time.
        guard text.utf8.count <= limits.textBytes, text.count <= limits.textCharacters else {
            throw ChatProblem(.badText, "A text has at most \(limits.textCharacters) characters.")
        }
        self.text = text
    }
}
