import CLibrary

/// The standard output as `print` knows it.
enum StandardOutput {
    /// Sends what has been printed on its way. C keeps it until the program ends where the output is no terminal, and a
    /// server's program does not end: in the log of a container its URL would never be seen.
    static func flush() {
        // Every output stream: C's name for the standard output is a variable, which Swift takes for shared state.
        fflush(nil)
    }
}
