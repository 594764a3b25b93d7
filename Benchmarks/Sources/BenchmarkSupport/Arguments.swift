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

/// The arguments of a server with routes: `PORT ROUTES`.
public func routeArguments() -> (port: Int, routes: Int) {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let port = UInt16(arguments[1]), let routes = Int(arguments[2]), routes > 1 else {
        print("usage: \(arguments[0]) PORT ROUTES")
        exit(64)
    }
    return (Int(port), routes)
}

/// The arguments of a server that speaks HTTP/2 or TLS: `PORT`, or `PORT CERTIFICATE KEY` for TLS.
public func secureArguments() -> (port: Int, certificate: (chain: String, key: String)?) {
    let arguments = CommandLine.arguments
    guard arguments.count == 2 || arguments.count == 4, let port = UInt16(arguments[1]) else {
        print("usage: \(arguments[0]) PORT [CERTIFICATE KEY]")
        exit(64)
    }
    return (Int(port), arguments.count == 4 ? (arguments[2], arguments[3]) : nil)
}
