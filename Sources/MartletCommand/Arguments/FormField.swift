import ArgumentParser
import HTTPWire

/// A field of a form, in curl's grammar: `name=text`, `name=@file` or `name=<file`, perhaps with `;type=image/png` and
/// `;filename=falcon.png`.
///
/// - `@` sends files as files, several with commas between them; `<` sends what is in a file as a text.
/// - White space around a text, a path or a file's name is left out.
/// - Each of the three may stand in double quotes, where `\"` and `\\` are a quote and a backslash and everything else
///   stands for itself: `"a;b, c"`.
/// - A semicolon that no `type=` or `filename=` follows belongs to the text or the path before it, unless that is quoted.
///   curl leaves out what follows, with a warning.
struct FormField: ExpressibleByArgument, Equatable {
    enum Content: Equatable {
        case text(String)
        case file(ContentArgument)
    }

    struct Part: Equatable {
        var content: Content
        /// The name of the file; nil for a text.
        var fileName: String?
        var mediaType: MediaType?
    }

    let name: String
    /// One part, or one for each file.
    let parts: [Part]

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        name = String(argument[..<equals])
        var scanner = FormFieldScanner(argument[argument.index(after: equals)...])
        var parts: [Part] = []
        switch scanner.rest.first {
        case "@":
            repeat {
                scanner.skip()
                guard let part = scanner.part(endingAt: ",", isFile: true) else { return nil }
                parts.append(part)
            } while scanner.rest.first == ","
        case "<":
            scanner.skip()
            guard let part = scanner.part(endingAt: nil, isFile: true, isNamed: false) else { return nil }
            parts.append(part)
        default:
            guard let part = scanner.part(endingAt: nil, isFile: false) else { return nil }
            parts.append(part)
        }
        guard scanner.rest.isEmpty else { return nil }
        self.parts = parts
    }
}

/// A pair to be URL-encoded: `name=value`.
struct FormPair: ExpressibleByArgument, Equatable {
    let name: String
    let value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        name = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}
