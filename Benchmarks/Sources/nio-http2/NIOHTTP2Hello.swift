import BenchmarkSupport
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

/// SwiftNIO's own HTTP/2 with one handler a stream, on one event loop: over TLS, or with prior knowledge.
@main
enum NIOHTTP2Hello {
    static func main() async throws {
        let (port, certificate) = secureArguments()
        let security = try certificate.map { certificate in
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.chain).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))
            )
            configuration.applicationProtocols = ["h2"]
            return try NIOSSLContext(configuration: configuration)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let date = NIOLoopBoundBox.makeBoxSendingValue(Answer.currentDate(), eventLoop: loop)
        loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            date.value = Answer.currentDate()
        }

        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security)) }
                    _ = try pipeline.configureHTTP2Pipeline(
                        mode: .server,
                        connectionConfiguration: .init(),
                        streamConfiguration: .init()
                    ) { stream in
                        stream.eventLoop.makeCompletedFuture {
                            try stream.pipeline.syncOperations.addHandler(StreamHandler(date: date))
                        }
                    }
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        try await server.closeFuture.get()
    }
}

final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let date: NIOLoopBoundBox<String>

    init(date: NIOLoopBoundBox<String>) {
        self.date = date
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let frame) where frame.endStream:
            respond(context: context)
        case .data(let frame) where frame.endStream:
            respond(context: context)
        default:
            break
        }
    }

    private func respond(context: ChannelHandlerContext) {
        let headers: HPACKHeaders = [
            ":status": "200",
            "content-type": Answer.contentType,
            "content-length": "\(Answer.body.utf8.count)",
            "date": date.value,
        ]
        context.write(wrapOutboundOut(.headers(.init(headers: headers))), promise: nil)
        let body = IOData.byteBuffer(ByteBuffer(string: Answer.body))
        context.writeAndFlush(wrapOutboundOut(.data(.init(data: body, endStream: true))), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
