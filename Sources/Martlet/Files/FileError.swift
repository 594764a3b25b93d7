import CLibrary

/// A failed system call on a file.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The attempted operation: `open`, `create`, `read`, `write` or `rename`.
    public let operation: String
    /// The path of the file.
    public let path: String
    /// The `errno` of the call. `EINVAL` stands for a device, a pipe or a socket where a file is needed, `ENODATA` for
    /// a file that became shorter while it was sent.
    public let code: Int32

    /// Creates an error.
    public init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// The attempted operation and why it failed.
    public var description: String { "Couldn't \(operation) \(path): \(reason)" }

    private var reason: String {
        switch code {
        case EINVAL: "It is not a file"
        case ENODATA: "It became shorter while it was sent"
        default: String(cString: strerror(code))
        }
    }
}
