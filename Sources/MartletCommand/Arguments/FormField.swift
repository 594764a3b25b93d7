import ArgumentParser
import HTTPWire

/// A field of a form, in curl's grammar: `name=text`, `name=@file` or `name=<file`, optionally followed by
/// `;type=image/png` and `;filename=falcon.png`.
///
/// - `@` sends files, separated by commas, as files; `<` sends the contents of a file as text.
/// - White space around a text, a path or a file name is dropped.
/// - Each of the three may be in double quotes, where `\"` and `\\` are a quote and a backslash and everything else
///   stands for itself: `"a;b, c"`.
/// - A semicolon that is not followed by `type=` or `filename=` belongs to the text or the path before it, unless that
///   is quoted. curl drops what follows, with a warning.
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

    init(name: String, parts: [Part]) {
        self.name = name
        self.parts = parts
    }

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

    init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        name = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}
