import Foundation

/// The name of a person in a room.
struct ChatName: Sendable, Hashable {
    /// The name as all clients see it.
    let text: String
    /// The same for names that look or sound alike. No two members have the same key.
    let key: String

    /// Creates a name from what a user has typed: spaces at its ends are removed, and others reduced to single ones.
    ///
    /// - Throws: ``ChatProblem`` with the reason why it is not a valid name.
    init(_ typed: String, limits: ChatLimits = ChatLimits()) throws(ChatProblem) {
        // Checked before any costly processing.
        guard typed.utf8.count <= 16 * limits.nameBytes else { throw Self.tooLong(limits) }
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in typed.precomposedStringWithCanonicalMapping.unicodeScalars {
            if scalar.isSpace || scalar == "\t" {
                if let previous, previous != " " { scalars.append(" ") }
                previous = scalars.isEmpty ? nil : " "
                continue
            }
            let isInEmoji = scalar.joinsEmoji && previous.map { $0.properties.isEmoji || $0.joinsEmoji } ?? false
            guard isInEmoji || !(scalar.isControl || scalar.isSeparator || scalar.isInvisible) else {
                throw ChatProblem(.badName, "A name must not have invisible or control characters.")
            }
            scalars.append(scalar)
            previous = scalar
        }
        if scalars.last == " " { scalars.removeLast() }
        let text = String(scalars)
        guard text.unicodeScalars.contains(where: { !$0.joinsEmoji && !$0.properties.isDiacritic }) else {
            throw ChatProblem(.badName, "A name must have at least one letter, digit or symbol.")
        }
        guard text.count <= limits.nameCharacters, text.utf8.count <= limits.nameBytes else {
            throw Self.tooLong(limits)
        }
        self.text = text
        self.key = Self.key(text)
    }

    /// The key of a name that is in use and so has been checked.
    static func key(ofShown name: String) -> String {
        (try? ChatName(name))?.key ?? name
    }

    private static func tooLong(_ limits: ChatLimits) -> ChatProblem {
        ChatProblem(.badName, "A name may have at most \(limits.nameCharacters) characters.")
    }

    /// Compatibility forms, letter case, width and invisible characters do not make another name.
    private static func key(_ text: String) -> String {
        let folded = text.precomposedStringWithCompatibilityMapping
            .folding(options: [.caseInsensitive, .widthInsensitive], locale: nil)
            .precomposedStringWithCompatibilityMapping
        return String(String.UnicodeScalarView(folded.unicodeScalars.filter { !$0.isInvisible }))
    }
}
