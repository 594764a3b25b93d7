import CLibrary
/// A call to the system's sockets that failed.
public struct SocketError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried, for example `listen on 127.0.0.1:80`.
    public let operation: String
    /// The `errno` of the call, if it had one.
    public let code: Int32?
    let message: String

    init(operation: String, code: Int32?, message: String? = nil) {
        self.operation = operation
        self.code = code
        self.message = message ?? code.map { String(cString: strerror($0)) } ?? "unknown error"
    }

    /// Whether somebody else has the address already (`EADDRINUSE`).
    public var isAddressInUse: Bool { code == EADDRINUSE }

    /// Whether the address may be bound by a privileged user only (`EACCES`).
    public var isPermissionDenied: Bool { code == EACCES || code == EPERM }

    /// What was tried and why it failed.
    public var description: String { "Couldn't \(operation): \(message)" }
}
