import HTTPTypes
import Martlet

/// The text of a message's head, with CR LF as on the wire or made for a terminal.
struct HeadText {
    /// What each line begins with: `> ` for what is sent, `< ` for what is received, or nothing.
    var prefix = ""
    /// Whether it is for people: without what could steer a terminal.
    var isForTerminal = false
    var colours = false

    private var lineEnd: String { isForTerminal ? "\n" : "\r\n" }

    /// The head of a response, the empty line included.
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
