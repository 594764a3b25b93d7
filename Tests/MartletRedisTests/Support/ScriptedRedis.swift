#if Redis
    import CLibrary
    import Foundation
    import NIOCore
    import Synchronization

    @testable import Martlet
    @testable import MartletRedis

    /// A listening socket that replies as a test says, byte by byte, on threads of its own.
    final class ScriptedRedis: Sendable {
        let port: Int
        private let descriptor: CInt
        private let accepted = Mutex(0)
        private let isStopped = Atomic(false)

        /// How many connections have been accepted.
        var connectionCount: Int { accepted.withLock { $0 } }

        /// Runs `script` for each connection, one thread each, with the connection's number from 0 on.
        private init(_ script: @escaping @Sendable (ScriptedRedisConnection, Int) throws -> Void) throws {
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
            descriptor = try SystemSocket.open(bind: address, v6Only: false, reusePort: false)
            try SystemSocket.listen(descriptor, backlog: 128)
            port = try SystemSocket.localAddress(of: descriptor).1
            Thread.detachNewThread { [descriptor] in
                // Closed here and nowhere else: its number would soon be another socket's.
                defer { SystemSocket.close(descriptor) }
                while true {
                    let connection = accept(descriptor, nil, nil)
                    guard connection >= 0, !self.isStopped.load(ordering: .acquiring) else {
                        if connection >= 0 { SystemSocket.close(connection) }
                        return
                    }
                    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                    let number = self.accepted.withLock { count in
                        defer { count += 1 }
                        return count
                    }
                    Thread.detachNewThread {
                        let scripted = ScriptedRedisConnection(connection)
                        try? script(scripted, number)
                        scripted.close()
                    }
                }
            }
        }

        /// Serves while `body` runs.
        static func run<Result>(
            _ script: @escaping @Sendable (ScriptedRedisConnection, Int) throws -> Void,
            while body: (ScriptedRedis) async throws -> Result
        ) async throws -> Result {
            let server = try ScriptedRedis(script)
            defer {
                server.isStopped.store(true, ordering: .releasing)
                // Wakes the thread that accepts.
                server.knock()
            }
            return try await body(server)
        }

        private func knock() {
            guard let any = try? SocketAddress(ipAddress: "127.0.0.1", port: 0),
                let address = try? SocketAddress(ipAddress: "127.0.0.1", port: port),
                let socket = try? SystemSocket.open(bind: any, v6Only: false, reusePort: false)
            else { return }
            _ = address.withSockAddr { connect(socket, $0, socklen_t($1)) }
            SystemSocket.close(socket)
        }

        /// Settings for one connection with short times.
        var configuration: RedisClient.Configuration {
            var configuration = RedisClient.Configuration(.internet(host: "127.0.0.1", port: port))
            configuration.connectionCount = 1
            configuration.deadline = .milliseconds(300)
            configuration.connectionTimeout = .milliseconds(300)
            configuration.patience = .seconds(20)
            return configuration
        }
    }

    /// One connection, read and written with blocking calls.
    final class ScriptedRedisConnection: @unchecked Sendable {
        // Sendable because one thread has it at a time.
        struct Closed: Error {}

        private let descriptor: CInt
        private var buffered: [UInt8] = []
        private var isOpen = true

        init(_ descriptor: CInt) {
            self.descriptor = descriptor
            var timeout = timeval(tv_sec: 10, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }

        static let hello = "*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.0.1\r\n"

        /// Replies to HELLO, as every connection begins.
        func shakeHands() throws {
            _ = try readCommand()
            try write(Self.hello)
        }

        /// Reads one command.
        func readCommand() throws -> [String] {
            guard let count = Int(try readLine().dropFirst()) else { throw Closed() }
            return try (0..<count).map { _ in
                guard let length = Int(try readLine().dropFirst()) else { throw Closed() }
                while buffered.count < length + 2 { try fill() }
                defer { buffered.removeSubrange(..<(length + 2)) }
                return String(decoding: buffered[..<length], as: UTF8.self)
            }
        }

        private func readLine() throws -> String {
            while true {
                if let end = buffered.firstIndex(of: 0x0A) {
                    defer { buffered.removeSubrange(...end) }
                    return String(decoding: buffered[..<max(0, end - 1)], as: UTF8.self)
                }
                try fill()
            }
        }

        /// Waits until the peer closes.
        func waitForEnd() {
            while (try? fill()) != nil { buffered = [] }
        }

        func write(_ text: String) throws {
            try write(Array(text.utf8))
        }

        func write(_ bytes: [UInt8]) throws {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Self.noSignal) }
                guard count > 0 else { throw Closed() }
                sent += count
            }
        }

        func close() {
            guard isOpen else { return }
            isOpen = false
            SystemSocket.close(descriptor)
        }

        private static var noSignal: CInt {
            #if canImport(Darwin)
                0
            #else
                CInt(MSG_NOSIGNAL)
            #endif
        }

        private func fill() throws {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { throw Closed() }
            buffered += chunk[..<count]
        }
    }
#endif
