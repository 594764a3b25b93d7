// C's standard output is a variable, although nothing ever assigns it.
#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#else
    @preconcurrency import Darwin
#endif

/// The standard output as `print` knows it.
enum StandardOutput {
    /// Sends what has been printed on its way. C keeps it until the program ends where the output is no terminal, and a
    /// server's program does not end: in the log of a container its URL would never be seen.
    static func flush() {
        fflush(stdout)
    }
}
