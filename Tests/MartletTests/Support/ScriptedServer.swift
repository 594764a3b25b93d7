import CLibrary
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Martlet

/// A listening socket that does exactly what a test says, byte by byte, on threads of its own.
final class ScriptedServer: Sendable {
    let port: Int
    private let descriptor: CInt
    private let accepted = Mutex(0)
    private let isStopped = Atomic(false)

    /// How many connections have been accepted.
    var connectionCount: Int { accepted.withLock { $0 } }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Runs `script` for each connection, one thread each, with the connection's number from 0 on.
    init(_ script: @escaping @Sendable (ScriptedConnection, Int) throws -> Void) throws {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        descriptor = try SystemSocket.open(bind: address, v6Only: false, reusePort: false)
        try SystemSocket.listen(descriptor, backlog: 128)
        port = try SystemSocket.localAddress(of: descriptor).1
        // Blocking calls have no place on the threads of Swift's tasks.
        Thread.detachNewThread { [descriptor] in
            // Closed here and nowhere else: its number would soon be another server's, whose connections this thread
            // would take.
            defer { SystemSocket.close(descriptor) }
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                if self.isStopped.load(ordering: .acquiring) {
                    SystemSocket.close(connection)
                    return
                }
                // Or else a process of another test would keep it open.
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                // What a script writes in two steps does not wait for the acknowledgement of the first.
                var isOn: CInt = 1
                setsockopt(connection, CInt(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<CInt>.size))
                let number = self.accepted.withLock { count in
                    defer { count += 1 }
                    return count
                }
                Thread.detachNewThread {
                    let scripted = ScriptedConnection(connection)
                    try? script(scripted, number)
                    scripted.close()
                }
            }
        }
    }

    /// Stops listening. What has been accepted goes on.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        // Wakes the thread that accepts.
        _ = try? ScriptedConnection(to: port)
    }

    /// Serves while `body` runs.
    static func run<Result>(
        _ script: @escaping @Sendable (ScriptedConnection, Int) throws -> Void,
        while body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let server = try ScriptedServer(script)
        defer { server.stop() }
        return try await body(server)
    }
}

/// One connection, read and written with blocking calls.
final class ScriptedConnection: @unchecked Sendable {
    // Sendable because one thread has it at a time.
    struct Closed: Error {}

    private let descriptor: CInt
    private var buffered: [UInt8] = []
    private var isOpen = true

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Connects to a port of this machine.
    convenience init(to port: Int) throws {
        let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let descriptor = try SystemSocket.open(bind: any, v6Only: false, reusePort: false)
        let result = address.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard result == 0 else {
            SystemSocket.close(descriptor)
            throw Closed()
        }
        self.init(descriptor)
    }

    deinit {
        close()
    }

    /// Reads up to and including the empty line that ends a head.
    @discardableResult
    func readHead() throws -> String {
        try read(through: "\r\n\r\n")
    }

    /// Reads up to and including `end`.
    @discardableResult
    func read(through end: String) throws -> String {
        let mark = Array(end.utf8)
        while true {
            if let range = buffered.firstRange(of: mark) {
                let text = String(decoding: buffered[..<range.upperBound], as: UTF8.self)
                buffered.removeSubrange(..<range.upperBound)
                return text
            }
            guard try fill() else { throw Closed() }
        }
    }

    /// Reads exactly `count` bytes.
    @discardableResult
    func read(count: Int) throws -> String {
        String(decoding: try readBytes(count: count), as: UTF8.self)
    }

    /// Reads exactly `count` bytes.
    @discardableResult
    func readBytes(count: Int) throws -> [UInt8] {
        while buffered.count < count {
            guard try fill() else { throw Closed() }
        }
        defer { buffered.removeSubrange(..<count) }
        return Array(buffered[..<count])
    }

    /// Reads until the peer closes; answers what came.
    @discardableResult
    func readToEnd() throws -> String {
        while try fill() {}
        defer { buffered = [] }
        return String(decoding: buffered, as: UTF8.self)
    }

    /// What has arrived by now, without waiting for more.
    func readAvailable() -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, CInt(MSG_DONTWAIT))
        if count > 0 { buffered += chunk[..<count] }
        defer { buffered = [] }
        return buffered
    }

    func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, noSignal) }
            guard count > 0 else { throw Closed() }
            sent += count
        }
    }

    /// Says that no more will be sent.
    func closeOutput() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Closes with a reset.
    func reset() {
        guard isOpen else { return }
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        SystemSocket.close(descriptor)
    }

    private var noSignal: CInt {
        #if canImport(Glibc)
            CInt(MSG_NOSIGNAL)
        #else
            0
        #endif
    }

    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count >= 0 else { throw Closed() }
        buffered += chunk[..<count]
        return count > 0
    }
}
