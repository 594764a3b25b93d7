import CLibrary
import Synchronization

/// Sockets that systemd opens and keeps (socket activation).
extension ServerSocket {
    /// Takes over the socket that systemd has passed to the process, as the `.socket` unit of a service makes it do.
    ///
    /// systemd listens before the service starts and while it is replaced, so that no connection is refused meanwhile, and
    /// the service needs no privileges for a port below 1024. The same program can run without systemd:
    ///
    /// ```swift
    /// let server =
    ///     if let socket = try ServerSocket.inherited() {
    ///         HTTPServer.listen(on: socket)
    ///     } else {
    ///         try await HTTPServer.bind(.anyIPv6, port: 8080)
    ///     }
    /// ```
    ///
    /// Each socket can be taken once. When one is first asked for, all are marked to be closed in programs that this one
    /// starts. Closing the socket leaves the one of systemd open, and the file of a Unix-domain socket where it is.
    ///
    /// - Parameter name: The socket's name: `FileDescriptorName=` of its unit or, by default, the unit's own name, such as
    ///   `web.socket`. Nil, the default, stands for the only one.
    /// - Returns: The socket; nil if the process was passed none, that is if it was not started by systemd for a socket.
    /// - Throws: ``SocketError`` if there is none of this name, or several, or it has been taken; if it is not a listening
    ///   stream socket (`ListenStream=`, with `Accept=no`); if the environment variables make no sense.
    public static func inherited(_ name: String? = nil) throws -> ServerSocket? {
        try Inheritance.process.withLock { try $0.take(name) }
    }

    /// Takes over all sockets that systemd has passed to the process and that have not been taken yet, in the order of
    /// their units. See ``inherited(_:)``.
    ///
    /// - Returns: The sockets and their names, which need not differ; none if the process was passed none.
    /// - Throws: ``SocketError``; then none is taken.
    public static func allInherited() throws -> [(name: String, socket: ServerSocket)] {
        try Inheritance.process.withLock { try $0.takeAll() }
    }
}

/// The sockets that a process inherits, as they are taken.
struct Inheritance {
    /// Those of this process.
    static let process = Mutex(Inheritance(read: readEnvironment))

    private let read: () throws(SocketError) -> InheritedSockets
    /// Nil until a socket is asked for.
    private var sockets: InheritedSockets?

    init(read: @escaping @Sendable () throws(SocketError) -> InheritedSockets) {
        self.read = read
    }

    mutating func take(_ name: String?) throws -> ServerSocket? {
        let sockets = try load()
        guard let choice = try sockets.choose(name) else { return nil }
        let socket = try open(choice)
        self.sockets?.take(choice)
        return socket
    }

    mutating func takeAll() throws -> [(name: String, socket: ServerSocket)] {
        let choices = try load().remaining
        // Checked before any of them has an owner, who would close it.
        for choice in choices { try check(choice) }
        let opened = try choices.map { ($0.name, try open($0)) }
        for choice in choices { sockets?.take(choice) }
        return opened
    }

    private mutating func load() throws(SocketError) -> InheritedSockets {
        if let sockets { return sockets }
        let sockets = try read()
        for socket in sockets.passed { SystemSocket.closeOnExec(socket.descriptor) }
        self.sockets = sockets
        return sockets
    }

    private func open(_ socket: InheritedSockets.Socket) throws -> ServerSocket {
        try check(socket)
        return try ServerSocket(fileDescriptor: socket.descriptor)
    }

    private func check(_ socket: InheritedSockets.Socket) throws(SocketError) {
        do throws(SocketError) {
            try SystemSocket.checkListening(socket.descriptor)
        } catch {
            throw InheritedSockets.failure("descriptor \(socket.descriptor) \(error.message)")
        }
    }

    private static func readEnvironment() throws(SocketError) -> InheritedSockets {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        return try InheritedSockets(
            count: variable("LISTEN_FDS"),
            process: variable("LISTEN_PID"),
            names: variable("LISTEN_FDNAMES"),
            of: getpid()
        )
    }
}
