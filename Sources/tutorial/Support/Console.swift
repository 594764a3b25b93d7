import CLibrary

/// The lines that a program prints, each sent at once, also into a pipe or a file.
struct Console: Sendable {
    /// The program that speaks, where several share a console.
    var speaker: String?

    func print(_ line: String) {
        // Others, such as a request's path, must not be able to add lines or to steer the terminal.
        let line = String(String.UnicodeScalarView(line.unicodeScalars.map { $0.isControl ? "\u{FFFD}" : $0 }))
        Swift.print(speaker.map { "\($0): \(line)" } ?? line)
        fflush(nil)
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}
