import CLibrary

/// The standard output of `print`.
enum StandardOutput {
    /// Flushes what has been printed. If the output is not a terminal, C keeps it until the program ends, and a
    /// server's does not end: its URL would never appear in a container's log.
    static func flush() {
        // Every output stream: C's name for the standard output is a variable, which Swift takes for shared state.
        fflush(nil)
    }
}
