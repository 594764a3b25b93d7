import CLibrary

/// Why there are no development certificates, in a sentence for people.
package struct DevelopmentCertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    /// What the system has just refused to do with a file.
    init(_ operation: String, _ path: String) {
        description = "Couldn't \(operation) \(path): \(String(cString: strerror(errno)))."
    }
}
