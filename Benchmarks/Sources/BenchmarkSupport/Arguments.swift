#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The port to listen on: the program's first argument.
public func portArgument() -> Int {
    guard CommandLine.arguments.count == 2, let port = UInt16(CommandLine.arguments[1]) else {
        print("usage: \(CommandLine.arguments[0]) PORT")
        exit(64)
    }
    return Int(port)
}
