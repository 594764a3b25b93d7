import BenchmarkSupport
import NIOCore
import NIOPosix

/// The floor for anything on SwiftNIO: one event loop, one handler, a canned
/// answer. It looks for the end of each request's head and for nothing else.
@main
enum RawNIO {
    static func main() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let answer = try await loop.submit {
            let answer = NIOLoopBound(CannedAnswer(), eventLoop: loop)
            loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                answer.value.render()
            }
            return answer
        }.get()

        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CannedAnswerHandler(answer.value))
                }
            }
            .bind(host: "127.0.0.1", port: portArgument())
            .get()
        try await server.closeFuture.get()
    }
}

/// The answer's bytes, rendered once a second, and the loop's output buffer.
final class CannedAnswer {
    private var message = ByteBuffer()
    private var output = ByteBuffer()

    init() {
        render()
    }

    func render() {
        message = ByteBuffer(string: Answer.message())
    }

    func messages(_ count: Int) -> ByteBuffer {
        if count == 1 { return message }
        output.clear()
        for _ in 0..<count {
            output.writeImmutableBuffer(message)
        }
        return output
    }
}

final class CannedAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let canned: CannedAnswer
    private var rest: ByteBuffer?
    private var owed = 0

    init(_ canned: CannedAnswer) {
        self.canned = canned
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if var rest {
            self.rest = nil
            rest.writeBuffer(&buffer)
            buffer = rest
        }
        owed += buffer.skipHeads()
        if buffer.readableBytes > 0 {
            rest = buffer
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard owed > 0 else { return }
        let output = canned.messages(owed)
        owed = 0
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension ByteBuffer {
    /// Moves past every complete request head and says how many there were.
    fileprivate mutating func skipHeads() -> Int {
        let (heads, end) = withUnsafeReadableBytes { bytes in
            let cr = UInt8(ascii: "\r")
            let lf = UInt8(ascii: "\n")
            var heads = 0
            var end = 0
            // `last` is where the last byte of CR LF CR LF might be. A byte that is
            // neither CR nor LF cannot be part of it, so that all four places are skipped.
            var last = 3
            while last < bytes.count {
                switch bytes[last] {
                case lf where bytes[last - 1] == cr && bytes[last - 2] == lf && bytes[last - 3] == cr:
                    heads += 1
                    end = last + 1
                    last += 4
                case lf: last += 2
                case cr: last += 1
                default: last += 4
                }
            }
            return (heads, end)
        }
        moveReaderIndex(forwardBy: end)
        return heads
    }
}
