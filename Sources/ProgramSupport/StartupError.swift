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
    ///   - error: The error that binding has thrown.
    ///   - port: The requested port.
    ///   - program: The name to begin the line with, if there are several programs.
    ///   - advice: The alternative to stopping the program that uses the port.
    public init(
        binding error: any Error,
        port: Int,
        program: String? = nil,
        advice: String = "choose another one with --port"
    ) {
        let reason =
            switch error {
            case let error as SocketError where error.isAddressInUse:
                "Port \(port) is in use. Stop the program that uses it, or \(advice)."
            case let error as SocketError where error.isPermissionDenied:
                "Port \(port) needs privileges. Use one from 1024 up."
            default:
                "\(error)"
            }
        self.init(program.map { "\($0): \(reason)" } ?? reason)
    }
}
