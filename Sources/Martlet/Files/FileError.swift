import CLibrary
/// A call to the file system that failed.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried: `open`, `create`, `read`, `write` or `rename`.
    public let operation: String
    /// The path of the file.
    public let path: String
    /// The `errno` of the call.
    public let code: Int32

    /// A call that failed.
    public init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// What was tried and why it failed.
    public var description: String {
        "Couldn't \(operation) \(path): \(String(cString: strerror(code)))"
    }
}
