import CLibrary

/// A failed system call on a socket.
public struct SocketError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The attempted operation, for example `listen on 127.0.0.1:80`.
    public let operation: String
    /// The `errno` of the call, if it had one.
    public let code: Int32?
    let message: String

    init(operation: String, code: Int32?, message: String? = nil) {
        self.operation = operation
        self.code = code
        self.message = message ?? code.map { String(cString: strerror($0)) } ?? "unknown error"
    }

    /// Whether the address is already in use (`EADDRINUSE`).
    public var isAddressInUse: Bool { code == EADDRINUSE }

    /// Whether only a privileged user may bind the address (`EACCES` or `EPERM`).
    public var isPermissionDenied: Bool { code == EACCES || code == EPERM }

    /// The attempted operation and why it failed.
    public var description: String { "Couldn't \(operation): \(message)" }
}
