import CLibrary
/// A failed system call on a file.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The attempted operation: `open`, `create`, `read`, `write` or `rename`.
    public let operation: String
    /// The path of the file.
    public let path: String
    /// The `errno` of the call.
    public let code: Int32

    /// Creates an error.
    public init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// The attempted operation and why it failed.
    public var description: String {
        "Couldn't \(operation) \(path): \(String(cString: strerror(code)))"
    }
}
