import HTTPTypes
import Martlet

/// The text of a message's head, either with CR LF as on the wire or for a terminal.
struct HeadText {
    /// The prefix of each line: `> ` for what is sent, `< ` for what is received, or nothing.
    var prefix = ""
    /// Whether the text is for a terminal: without characters that could control it.
    var isForTerminal = false
    var colours = false

    private var lineEnd: String { isForTerminal ? "\n" : "\r\n" }

    /// The head of a response, including the empty line.
    func response(_ version: HTTPVersion, _ status: HTTPResponse.Status, _ fields: HTTPFields) -> String {
        let role: Palette.Role =
            switch status.code {
            case ..<300: .success
            case ..<400: .redirect
            default: .failure
            }
        let line = clean("HTTP/\(version) \(status.code) \(status.reasonPhrase)")
        var text = prefix + (colours ? Palette.paint(line, as: role) : line) + lineEnd
        for field in fields {
            let name = clean(field.name.rawName)
            let value = clean(field.value)
            text += "\(prefix)\(colours ? Palette.paint(name, as: .fieldName) : name): \(value)\(lineEnd)"
        }
        return text + prefix + lineEnd
    }

    /// The head of a request as it is sent.
    func request(_ head: String) -> String {
        // CR LF is one character.
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast()
        return lines.map { prefix + clean(String($0)) + lineEnd }.joined()
    }

    private func clean(_ text: String) -> String {
        isForTerminal ? TerminalText.line(text) : text
    }
}
