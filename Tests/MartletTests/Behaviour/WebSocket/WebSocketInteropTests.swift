import Foundation
import HTTPWire
import Martlet
import NIOCore
import TestProcesses
import Testing

/// The path of a Python that has the package `websockets`; `script/interop-websocket` makes one and sets it.
private let python = ProcessInfo.processInfo.environment["MARTLET_WEBSOCKETS_PYTHON"]

@Suite("WebSockets of Python's websockets", .enabled(if: python != nil), .serialized)
struct WebSocketInteropTests {
    private static let server = """
        import asyncio, sys, websockets
        from websockets.asyncio.server import serve
        async def echo(socket):
            async for message in socket:
                await socket.send(message)
            print("closed", socket.close_code, flush=True)
        async def main():
            compression = "deflate" if sys.argv[1] == "true" else None
            async with serve(echo, "127.0.0.1", 0, compression=compression, max_size=None) as server:
                print("port", server.sockets[0].getsockname()[1], flush=True)
                await asyncio.get_running_loop().create_future()
        asyncio.run(main())
        """

    private static let client = """
        import asyncio, sys
        from websockets.asyncio.client import connect
        async def main():
            compression = "deflate" if sys.argv[2] == "true" else None
            async with connect(sys.argv[1], compression=compression, max_size=None) as socket:
                assert bool(socket.protocol.extensions) == (sys.argv[2] == "true"), socket.protocol.extensions
                messages = ["", "Hello", "grüße 🐦", b"", bytes(range(256)), "€" * 100000, b"x" * 1000000]
                messages += ['{"bird": "martlet", "n": %d}' % n * 20 for n in range(200)]
                for message in messages:
                    await socket.send(message)
                    answer = await socket.recv()
                    assert answer == message, (len(answer), len(message))
                # In fragments.
                await socket.send(["one, ", "two, ", "three"])
                assert await socket.recv() == "one, two, three"
                await socket.send([b"a" * 70000, b"b" * 70000])
                assert await socket.recv() == b"a" * 70000 + b"b" * 70000
                await (await socket.ping("are you there"))
            assert socket.close_code == 1000, socket.close_code
            print("fine", flush=True)
        asyncio.run(main())
        """

    @Test("talk to our server", arguments: [true, false])
    func pythonClient(compresses: Bool) async throws {
        let python = try #require(python)
        try await withEcho(compression: .on) { server in
            let process = try Subprocess(python, ["-c", Self.client, server.webSocketURL, "\(compresses)"])
            let status = await process.exitStatus
            #expect(status == 0)
            #expect(await process.output.text == "fine\n")
            #expect(await process.errors.text == "")
        }
    }

    @Test("talk to our client", arguments: [true, false])
    func pythonServer(compresses: Bool) async throws {
        let python = try #require(python)
        let process = try Subprocess(python, ["-c", Self.server, "\(compresses)"])
        let line = try #require(await process.output.line(startingWith: "port "))
        do {
            let socket = try await WebSocket.connect("ws://127.0.0.1:\(line.dropFirst(5))/", maximumMessageSize: nil)
            #expect(socket.extensions.isEmpty == !compresses)
            for round in 0..<2 {
                for message in WebSocketEchoTests.messages {
                    try await socket.send(message)
                    #expect(try await socket.receive() == message, "round \(round)")
                }
            }
            try await socket.send(
                contentsOf: AsyncStream { continuation in
                    for part in ["one, ", "two, ", "three"] { continuation.yield(part) }
                    continuation.finish()
                }
            )
            #expect(try await socket.receive() == .text("one, two, three"))
            #expect(try await socket.ping() > .zero)
            try await socket.close(code: .goingAway, reason: "enough")
            #expect(socket.closeCode == .goingAway)
            #expect(await process.output.line(startingWith: "closed ") == "closed 1001")
        } catch {
            await process.end()
            throw error
        }
        await process.end()
    }
}
