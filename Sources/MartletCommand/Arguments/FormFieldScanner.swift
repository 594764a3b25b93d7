import HTTPWire

/// Reads the words and parameters of a form field from left to right.
struct FormFieldScanner {
    private(set) var rest: Substring

    init(_ text: Substring) {
        rest = text
    }

    /// Skips one character.
    mutating func skip() {
        rest = rest.dropFirst()
    }

    /// Reads a text or a path and its parameters, up to `end` or to the end; nil if it is malformed.
    ///
    /// - Parameters:
    ///   - isFile: Whether the word is a path.
    ///   - isNamed: Whether a file is sent under its own name if no other is given.
    mutating func part(endingAt end: Character?, isFile: Bool, isNamed: Bool = true) -> FormField.Part? {
        guard let text = word(endingAt: end, keepsSemicolons: true) else { return nil }
        var part = FormField.Part(content: .text(text))
        if isFile {
            guard !text.isEmpty else { return nil }
            part.content = .file(ContentArgument(argument: "@\(text)"))
            if isNamed { part.fileName = text.split(separator: "/").last.map(String.init) ?? text }
        }
        while rest.first == ";" {
            skip()
            skipBlanks()
            if startsWith("type=") {
                rest = rest.dropFirst(5)
                guard let text = word(endingAt: end, keepsSemicolons: true), let type = MediaType(text) else {
                    return nil
                }
                part.mediaType = type
            } else if startsWith("filename=") {
                rest = rest.dropFirst(9)
                guard let name = word(endingAt: end, keepsSemicolons: false) else { return nil }
                part.fileName = name
            } else {
                return nil
            }
        }
        return part
    }

    /// Reads a quoted word, or everything up to a semicolon, `end` or the end of the text; nil if something follows the
    /// quotes.
    ///
    /// - Parameter keepsSemicolons: Whether a semicolon that is not followed by a parameter belongs to an unquoted
    ///   word.
    private mutating func word(endingAt end: Character?, keepsSemicolons: Bool) -> String? {
        skipBlanks()
        if let quoted = quotedWord() {
            skipBlanks()
            guard let next = rest.first else { return quoted }
            return next == ";" || next == end ? quoted : nil
        }
        var word = ""
        while let character = rest.first, character != end {
            if character == ";", !keepsSemicolons || startsParameter { break }
            word.append(character)
            skip()
        }
        while word.last?.isWhitespace ?? false { word.removeLast() }
        return word
    }

    /// Reads a quoted word; nil, without reading anything, if there is none or the closing quote is missing.
    private mutating func quotedWord() -> String? {
        guard rest.first == "\"" else { return nil }
        var (word, isEscaped) = ("", false)
        for index in rest.indices.dropFirst() {
            let character = rest[index]
            if isEscaped {
                if character != "\"", character != "\\" { word.append("\\") }
                word.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                rest = rest[rest.index(after: index)...]
                return word
            } else {
                word.append(character)
            }
        }
        return nil
    }

    /// Whether the next semicolon is followed by one of the known parameters.
    private var startsParameter: Bool {
        var next = self
        next.skip()
        next.skipBlanks()
        return next.startsWith("type=") || next.startsWith("filename=")
    }

    private func startsWith(_ prefix: String) -> Bool {
        String(rest.prefix(prefix.count)).equalsIgnoringCase(prefix)
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0.isWhitespace }
    }
}
