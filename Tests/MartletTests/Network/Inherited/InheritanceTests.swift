import CLibrary
import NIOCore
import Testing

@testable import Martlet

@Suite("Sockets that are inherited")
struct InheritanceTests {
    /// Descriptors of this process that stand for those from 3 on, which are taken: the highest that there can be, since the
    /// lowest that are free go to other tests.
    private static let first: Shared<CInt> = {
        var limit = rlimit()
        #if os(Linux)
            let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let files = RLIMIT_NOFILE
        #endif
        getrlimit(files, &limit)
        limit.rlim_cur = min(max(limit.rlim_cur, 65_536), limit.rlim_max)
        setrlimit(files, &limit)
        return Shared(CInt(clamping: limit.rlim_cur) - 1_000)
    }()

    /// The inheritance of descriptors that `open` gives, which are moved to successive numbers.
    private func inheritance(names: String, _ open: [() throws -> CInt]) throws -> (Inheritance, CInt) {
        let first = Self.first.change { first in
            defer { first += 10 }
            return first
        }
        for (index, open) in open.enumerated() {
            let descriptor = try open()
            try #require(dup2(descriptor, first + CInt(index)) >= 0)
            close(descriptor)
        }
        let count = "\(open.count)"
        let inheritance = Inheritance { () throws(SocketError) in
            try InheritedSockets(count: count, process: "1", names: names, of: 1, first: first)
        }
        return (inheritance, first)
    }

    private func listening() throws -> CInt {
        try SystemSocket.open(bind: SocketAddress(ipAddress: "127.0.0.1", port: 0), v6Only: false, reusePort: false)
    }

    private func listen(_ descriptor: CInt) throws -> CInt {
        try SystemSocket.listen(descriptor, backlog: 16)
        return descriptor
    }

    @Test("serve requests, and are closed in programs that are started")
    func serves() async throws {
        var (inheritance, first) = try inheritance(
            names: "http:admin",
            [{ try listen(listening()) }, { try listen(listening()) }]
        )
        #expect(fcntl(first, F_GETFD) & FD_CLOEXEC == 0)
        let socket = try #require(try inheritance.take("admin"))
        #expect(fcntl(first, F_GETFD) & FD_CLOEXEC != 0 && fcntl(first + 1, F_GETFD) & FD_CLOEXEC != 0)
        #expect(socket.address == .loopbackIPv4 && socket.port > 0)
        let server = HTTPServer.listen(on: socket, configuration: .bare)
        try await run(server) {
            try await $0.response.end("inherited")
        } test: { server in
            let text = try await server.response(to: get()).text
            #expect(text == "inherited")
        }
        let others = try inheritance.takeAll()
        #expect(others.map(\.name) == ["http"])
        #expect(others.map(\.socket.port) != [socket.port])
        #expect(try inheritance.takeAll().isEmpty)
        #expect(throws: SocketError.self) { try inheritance.take("http") }
    }

    @Test("may be Unix-domain sockets, whose files stay")
    func unix() async throws {
        let path = "/tmp/martlet-\(UInt32.random(in: 0 ... .max))"
        defer { unlink(path) }
        var (inheritance, _) = try inheritance(names: "local") {
            [
                {
                    try listen(
                        SystemSocket.open(
                            bind: SocketAddress(unixDomainSocketPath: path),
                            v6Only: false,
                            reusePort: false
                        )
                    )
                }
            ]
        }
        let socket = try #require(try inheritance.take(nil))
        #expect(socket.address == .unix(path: path))
        let server = HTTPServer.listen(on: socket, configuration: .bare)
        try await run(server) {
            try await $0.response.end("inherited")
        } test: { _ in
            let client = try await RawClient.connect(toPath: path)
            client.send(get())
            #expect(try await client.response().text == "inherited")
        }
        socket.close()
        #expect(access(path, F_OK) == 0)
    }

    private func inheritance(names: String, _ open: () -> [() throws -> CInt]) throws -> (Inheritance, CInt) {
        try inheritance(names: names, open())
    }

    @Test("are refused if no connections can be accepted from them")
    func refused() throws {
        #if os(Linux)
            let datagram = CInt(SOCK_DGRAM.rawValue)
        #else
            let datagram = SOCK_DGRAM
        #endif
        let wrong: [(message: String, open: () throws -> CInt)] = [
            (
                "is not a socket; ListenStream= makes one, ListenFIFO= and the like don't",
                { open("/dev/null", O_RDONLY) }
            ),
            ("is not a stream socket; use ListenStream=", { socket(AF_INET, datagram, 0) }),
            ("is not a listening socket; use Accept=no, the default of socket units", { try listening() }),
        ]
        for (message, open) in wrong {
            var (inheritance, first) = try inheritance(names: "good:bad", [{ try listen(listening()) }, open])
            let error = #expect(throws: SocketError.self) { _ = try inheritance.take("bad") }
            #expect(error?.description == "Couldn't inherit a socket: descriptor \(first + 1) \(message)")
            #expect(throws: SocketError.self) { _ = try inheritance.takeAll() }
            // The other one can still be taken.
            let good = try inheritance.take("good")
            #expect(good != nil)
            close(first + 1)
        }
    }

    @Test("are refused if they are not open")
    func closed() throws {
        var (inheritance, first) = try inheritance(names: "a", [{ try listen(listening()) }])
        close(first)
        let error = #expect(throws: SocketError.self) { _ = try inheritance.take("a") }
        #expect(error?.description == "Couldn't inherit a socket: descriptor \(first) is not open")
    }

    @Test("are none in a process that systemd has not started")
    func none() throws {
        let socket = try ServerSocket.inherited()
        #expect(socket == nil)
        let named = try ServerSocket.inherited("web")
        #expect(named == nil)
        let all = try ServerSocket.allInherited()
        #expect(all.isEmpty)
    }
}
