import ArgumentParser
import HTTPWire

/// A field of a form: `name=value`, or `name=@file`, perhaps with `;type=image/png` and `;filename=falcon.png`.
struct FormField: ExpressibleByArgument, Equatable {
    enum Value: Equatable {
        case text(String)
        case file(ContentArgument, name: String, type: MediaType?)
    }

    let name: String
    let value: Value

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        name = String(argument[..<equals])
        let text = String(argument[argument.index(after: equals)...])
        guard text.hasPrefix("@") else {
            value = .text(text)
            return
        }
        var parts = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        var type: MediaType?
        var filename: String?
        // From the end, for a path can have semicolons too; and so can a type.
        var parameters: [String] = []
        while parts.count > 1, let part = parts.popLast() {
            if part.hasPrefix("type=") {
                let text = ([String(part.dropFirst(5))] + parameters).joined(separator: ";")
                guard let parsed = MediaType(text) else { return nil }
                type = parsed
                parameters = []
            } else if part.hasPrefix("filename=") {
                filename = ([String(part.dropFirst(9))] + parameters).joined(separator: ";")
                parameters = []
            } else {
                parameters.insert(part, at: 0)
            }
        }
        let source = ContentArgument(argument: (parts + parameters).joined(separator: ";"))
        guard source != .file("") else { return nil }
        var path = "-"
        if case .file(let file) = source { path = file }
        value = .file(
            source,
            name: filename ?? path.split(separator: "/").last.map(String.init) ?? path,
            type: type
        )
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
