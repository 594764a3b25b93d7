import CLibrary

/// Prints the lines of a program, each immediately, also to a pipe or a file.
struct Console: Sendable {
    /// The name of the program, if several share a console.
    var speaker: String?

    func print(_ line: String) {
        // Untrusted text, such as a request's path, must not be able to add lines or to control the terminal.
        let line = String(String.UnicodeScalarView(line.unicodeScalars.map { $0.isControl ? "\u{FFFD}" : $0 }))
        Swift.print(speaker.map { "\($0): \(line)" } ?? line)
        fflush(nil)
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}
