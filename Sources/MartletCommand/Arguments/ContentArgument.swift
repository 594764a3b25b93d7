import ArgumentParser

/// The source of content: a text, `@file`, or `@-` for standard input.
enum ContentArgument: ExpressibleByArgument, Equatable {
    case text(String)
    case file(String)
    case standardInput

    init(argument: String) {
        guard argument.hasPrefix("@") else {
            self = .text(argument)
            return
        }
        let path = String(argument.dropFirst())
        self = path == "-" ? .standardInput : .file(path)
    }
}
