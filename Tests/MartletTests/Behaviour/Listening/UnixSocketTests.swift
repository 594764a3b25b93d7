import CLibrary
import Martlet
import Testing

@Suite("A server on a Unix-domain socket")
struct UnixSocketTests {
    @Test("serves, and tells who is at the other end")
    func serves() async throws {
        let path = Self.path()
        let server = try await HTTPServer.bind(.unix(path: path), port: 0, configuration: .bare)
        #expect(server.address == .unix(path: path))
        #expect(server.port == 0)
        #expect(server.url == "http+unix:\(path)")
        let serving = Task {
            try await server.serve { request in
                let info = try #require(request.connectionInfo)
                try await request.response.end(
                    "\(info.remoteAddress.kind) \(info.remotePort) \(info.localAddress) \(info.localPort)"
                )
            }
        }
        let client = try await RawClient.connect(toPath: path)
        client.send(get())
        #expect(try await client.response().text == "unix 0 \(path) 0")
        await server.close()
        try await serving.value
    }

    @Test("removes the file when it is closed, before and while it serves", arguments: [false, true])
    func removesFile(serves: Bool) async throws {
        let path = Self.path()
        let server = try await HTTPServer.bind(.unix(path: path), port: 0, configuration: .bare)
        #expect(access(path, F_OK) == 0)
        let serving = serves ? Task { try await server.serve { _ in } } : nil
        if serves {
            let client = try await RawClient.connect(toPath: path)
            client.send(get())
            _ = try await client.response()
        }
        await server.close()
        #expect(access(path, F_OK) != 0)
        try await serving?.value
    }

    @Test("refuses a path that another server has")
    func takenPath() async throws {
        let path = Self.path()
        let server = try await HTTPServer.bind(.unix(path: path), port: 0)
        let error = await #expect(throws: SocketError.self) { try await HTTPServer.bind(.unix(path: path), port: 0) }
        #expect(error?.isAddressInUse == true)
        #expect(error?.operation == "listen on \(path)")
        #expect(access(path, F_OK) == 0, "the one that failed must not remove the other's file")
        await server.close()
    }

    @Test("refuses a directory that does not exist")
    func missingDirectory() async throws {
        let error = await #expect(throws: SocketError.self) {
            try await HTTPServer.bind(.unix(path: "/no-such-directory/socket"), port: 0)
        }
        #expect(error?.code == ENOENT)
    }

    @Test("leaves alone the file of a server that came after it")
    func successor() async throws {
        let path = Self.path()
        var first: HTTPServer? = try await HTTPServer.bind(.unix(path: path), port: 0)
        await first?.close()
        let second = try await HTTPServer.bind(.unix(path: path), port: 0)
        await first?.close()
        #expect(access(path, F_OK) == 0, "closing twice")
        first = nil
        #expect(access(path, F_OK) == 0, "letting go of the first server")
        await second.close()
    }

    private static func path() -> String {
        "/tmp/martlet-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
    }
}
