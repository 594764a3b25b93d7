/// The names and passwords of a `.netrc` file.
///
///     let file = try NetrcFile("machine example.com login han password \"che wie\"", path: ".netrc")
///     file.entry(for: "example.com")   // han, che wie
///
/// As in curl, a `#` before a word makes the rest of the line a comment, and words may be in double quotes, where `\"`,
/// `\\`, `\n`, `\r` and `\t` are escapes. Macros, which end at an empty line, and accounts are left out. A plain value:
/// text in, entries out.
struct NetrcFile: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        /// The host in lower case; nil for `default`, which is for every host.
        let machine: String?
        var login: String?
        var password: String?
    }

    private(set) var entries: [Entry] = []

    init(_ text: String, path: String) throws(CommandFailure) {
        // The word whose value comes next.
        var keyword: String?
        var isMacro = false
        var number = 0
        func fault(_ reason: String) -> CommandFailure {
            CommandFailure(.fileError, "\(path), line \(number): \(reason)")
        }
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            if isMacro {
                isMacro = !line.isEmpty
                continue
            }
            guard let words = NetrcWords.words(of: line) else { throw fault("A quote is not closed.") }
            for word in words {
                if let name = keyword {
                    keyword = nil
                    switch name {
                    case "machine": entries.append(Entry(machine: Self.canonical(word)))
                    case "macdef": isMacro = true
                    case "login": if let last = entries.indices.last { entries[last].login = word }
                    case "password": if let last = entries.indices.last { entries[last].password = word }
                    default: break
                    }
                    // The rest of the line belongs to the macro.
                    if isMacro { break }
                    continue
                }
                switch word.lowercased() {
                case "default":
                    entries.append(Entry(machine: nil))
                case "machine", "macdef":
                    keyword = word.lowercased()
                case "login", "password", "account":
                    if entries.isEmpty { throw fault("\(word) comes before machine.") }
                    keyword = word.lowercased()
                default:
                    throw fault("“\(word)” is not machine, default, login, password, account or macdef.")
                }
            }
        }
        if let keyword { throw fault("\(keyword) has no value.") }
    }

    /// The first entry for a host, as curl has it.
    ///
    /// - Parameter login: The name of the user, if the password of a certain one is wanted.
    func entry(for host: String, login: String? = nil) -> Entry? {
        let host = Self.canonical(host)
        return entries.first { entry in
            (entry.machine == nil || entry.machine == host)
                && (login == nil || entry.login == nil || entry.login == login)
        }
    }

    private static func canonical(_ host: String) -> String {
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return (isBracketed ? String(host.dropFirst().dropLast()) : host).lowercased()
    }
}

/// Splits the lines of a `.netrc` file.
private enum NetrcWords {
    /// The words of a line, up to a comment; nil if a quote is not closed.
    static func words(of line: Substring) -> [String]? {
        var (words, rest) = ([String](), line)
        while true {
            rest = rest.drop { $0.isWhitespace }
            guard let first = rest.first, first != "#" else { return words }
            if first == "\"" {
                guard let word = quoted(&rest) else { return nil }
                words.append(word)
            } else {
                let word = rest.prefix { !$0.isWhitespace }
                words.append(String(word))
                rest = rest.dropFirst(word.count)
            }
        }
    }

    /// Reads a word in quotes; nil if the second one is missing.
    private static func quoted(_ rest: inout Substring) -> String? {
        rest.removeFirst()
        var (word, isEscaped) = ("", false)
        while let character = rest.popFirst() {
            if isEscaped {
                let escapes: [Character: Character] = ["n": "\n", "r": "\r", "t": "\t"]
                word.append(escapes[character] ?? character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return word
            } else {
                word.append(character)
            }
        }
        return nil
    }
}
