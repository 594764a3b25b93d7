import CLibrary

/// Why there are no development certificates, as a sentence for people.
package struct DevelopmentCertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    /// Creates the error of the last system call on a file.
    init(_ operation: String, _ path: String) {
        description = "Couldn't \(operation) \(path): \(String(cString: strerror(errno)))."
    }
}
