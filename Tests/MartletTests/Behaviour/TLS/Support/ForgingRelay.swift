import Martlet
import NIOCore
import NIOPosix

/// Stands between the two ends of a TLS connection and changes a byte of one of its records.
struct ForgingRelay {
    let port: Int

    /// Who has sent a record.
    enum Sender: Sendable { case client, server }

    /// Says, for a record of application data, whether it is changed; numbers count from 0 on for each sender.
    typealias Choice = @Sendable (Sender, _ number: Int, _ fromClient: Int) -> Bool

    /// Relays connections to `port` while `body` runs.
    static func run(
        to port: Int,
        forging choice: @escaping Choice,
        while body: (ForgingRelay) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group.next(), childGroup: group.next())
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                let counts = Counts()
                return ClientBootstrap(group: client.eventLoop)
                    .channelOption(.allowRemoteHalfClosure, value: true)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(Half(.server, to: client, counts, choice))
                        }
                    }
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Half(.client, to: server, counts, choice))
                        client.closeFuture.whenComplete { _ in server.close(promise: nil) }
                    }
                    .flatMap { client.setOption(.autoRead, value: true) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(ForgingRelay(port: listener.localAddress?.port ?? 0))
        } catch {
            try? await listener.close()
            throw error
        }
        try await listener.close()
    }

    /// How many records of application data each has sent. Used on one loop.
    private final class Counts: @unchecked Sendable {
        // Sendable because both halves of a connection are on the same loop.
        var client = 0
        var server = 0
    }

    /// What goes from one to the other, record by record.
    private final class Half: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let sender: Sender
        private let peer: any Channel
        private let counts: Counts
        private let choice: Choice
        private var input = ByteBuffer()

        init(_ sender: Sender, to peer: any Channel, _ counts: Counts, _ choice: @escaping Choice) {
            (self.sender, self.peer, self.counts, self.choice) = (sender, peer, counts, choice)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            input.writeImmutableBuffer(unwrapInboundIn(data))
            while let length = input.getInteger(at: input.readerIndex + 3, as: UInt16.self),
                var record = input.readSlice(length: 5 + Int(length))
            {
                if record.getInteger(at: record.readerIndex, as: UInt8.self) == 23, isChosen {
                    let last = record.writerIndex - 1
                    let byte = record.getInteger(at: last, as: UInt8.self) ?? 0
                    record.setInteger(byte ^ 1, at: last)
                }
                peer.writeAndFlush(record, promise: nil)
            }
        }

        private var isChosen: Bool {
            let number: Int
            switch sender {
            case .client:
                number = counts.client
                counts.client += 1
            case .server:
                number = counts.server
                counts.server += 1
            }
            return choice(sender, number, counts.client)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { peer.close(mode: .output, promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { peer.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
