import Martlet

/// Why a program can't start, in one line. The command line prints it and exits with 1.
public struct StartupError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    /// Why a server could not be bound, and what to do about it.
    ///
    /// - Parameters:
    ///   - error: What binding has thrown.
    ///   - port: The port that was asked for.
    ///   - program: What the line begins with, where several programs may be meant.
    ///   - advice: What else to do than to stop whoever has taken the port.
    public init(
        binding error: any Error,
        port: Int,
        program: String? = nil,
        advice: String = "choose another one with --port"
    ) {
        let reason =
            switch error {
            case let error as SocketError where error.isAddressInUse:
                "Port \(port) is taken. Stop the program that uses it, or \(advice)."
            case let error as SocketError where error.isPermissionDenied:
                "Port \(port) is for privileged programs. Use one from 1024 on."
            default:
                "\(error)"
            }
        self.init(program.map { "\($0): \(reason)" } ?? reason)
    }
}
