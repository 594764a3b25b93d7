import Martlet
import NIOCore
import NIOPosix

/// A proxy's part in a CONNECT: passes bytes in both directions until one of the two ends.
///
/// - Parameter opened: Is handed the connection to the client, to cut it.
func relay(
    _ request: HTTPServerRequest,
    to port: Int,
    opened: (DetachedSocket) -> Void = { _ in }
) async throws {
    let upstream = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    let socket = try await request.response.detachSocket()
    opened(socket)
    try? await upstream.executeThenClose { inbound, outbound in
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await bytes in socket.inbound { try await outbound.write(bytes) }
            }
            group.addTask {
                for try await bytes in inbound { try await socket.write(bytes) }
            }
            try await group.next()
            group.cancelAll()
        }
    }
    await socket.close()
}
