import CLibrary
import Martlet
import NIOCore
import NIOPosix
import Testing

@Suite("HTTPServer.listen(on:)")
struct ServerSocketTests {
    @Test("serves a socket and does not close it")
    func doesNotClose() async throws {
        let socket = try await ServerSocket.bind(.loopbackIPv4, port: 0)
        for name in ["first", "second"] {
            let server = HTTPServer.listen(on: socket, configuration: .bare)
            #expect(server.port == socket.port)
            #expect(server.address == socket.address)
            let serving = Task { try await server.serve { try await $0.response.end(name) } }
            #expect(try await server.response(to: get()).text == name)
            await server.close()
            try await serving.value
        }
        // Between the servers the socket went on listening.
        let waiting = try await RawClient.connect(port: socket.port)
        waiting.send(get())
        let server = HTTPServer.listen(on: socket, configuration: .bare)
        let serving = Task { try await server.serve { try await $0.response.end("third") } }
        #expect(try await waiting.response().text == "third")
        await server.close()
        try await serving.value
        socket.close()
        await #expect(throws: (any Error).self) { try await RawClient.connect(port: socket.port) }
    }

    @Test("serves one socket on several event loops")
    func severalLoops() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 3)
        let socket = try await ServerSocket.bind(.loopbackIPv4, port: 0)
        let server = HTTPServer.listen(on: socket, configuration: .bare.with { $0.eventLoopGroup = group })
        let serving = Task { try await server.serve { try await $0.response.end("served") } }
        for _ in 0..<20 {
            #expect(try await server.response(to: get()).text == "served")
        }
        await server.close()
        try await serving.value
        socket.close()
        try await group.shutdownGracefully()
    }

    @Test("takes a file descriptor that somebody else has opened")
    func fileDescriptor() async throws {
        let descriptor = socket(AF_INET, Self.stream, 0)
        try #require(descriptor >= 0)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let bound = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        try #require(bound == 0 && listen(descriptor, 16) == 0)

        let socket = try ServerSocket(fileDescriptor: descriptor)
        #expect(socket.address == .loopbackIPv4)
        #expect(socket.port > 0)
        let server = HTTPServer.listen(on: socket, configuration: .bare)
        let serving = Task { try await server.serve { try await $0.response.end("served") } }
        #expect(try await server.response(to: get()).text == "served")
        await server.close()
        try await serving.value
        #expect(fcntl(descriptor, F_GETFD) >= 0, "the descriptor is still open")
        socket.close()
    }

    @Test("refuses a file descriptor that is no socket")
    func noSocket() async throws {
        let descriptor = open("/dev/null", O_RDONLY)
        #expect(throws: SocketError.self) { try ServerSocket(fileDescriptor: descriptor) }
        close(descriptor)
        #expect(throws: SocketError.self) { try ServerSocket(fileDescriptor: -1) }
    }

    @Test("reports a socket that has been closed")
    func closedSocket() async throws {
        let socket = try await ServerSocket.bind(.loopbackIPv4, port: 0)
        socket.close()
        let server = HTTPServer.listen(on: socket, configuration: .bare)
        await #expect(throws: SocketError.self) { try await server.serve { _ in } }
    }

    @Test("lets shared sockets have the same port")
    func shared() async throws {
        let first = try await ServerSocket.bind(.loopbackIPv4, port: 0, shared: true)
        let second = try await ServerSocket.bind(.loopbackIPv4, port: first.port, shared: true)
        #expect(first.port == second.port)
        await #expect(throws: SocketError.self) { try await ServerSocket.bind(.loopbackIPv4, port: first.port) }
        first.close()
        second.close()
    }

    #if os(Linux)
        private static let stream = CInt(SOCK_STREAM.rawValue)
    #else
        private static let stream = SOCK_STREAM
    #endif
}
