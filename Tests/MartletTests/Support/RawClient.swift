import CLibrary
import Martlet
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// One raw connection to a server: literal bytes out, literal bytes in, with a deadline on everything.
final class RawClient: Sendable {
    /// Long enough for a machine that is busy with other things; a test that passes never waits for it.
    static let patience = Duration.seconds(60)
    /// Apart from the servers' loops, so that a blocked server does not block its tests.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// A loop for values that need one.
    static var loop: any EventLoop { group.next() }

    let channel: any Channel
    private let inbox: Inbox

    private init(_ channel: any Channel, _ inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    deinit { channel.close(promise: nil) }

    static func connect(to host: String = "127.0.0.1", port: Int, receiveBuffer: Int? = nil) async throws -> RawClient {
        try await connect(receiveBuffer: receiveBuffer) { try await $0.connect(host: host, port: port).get() }
    }

    static func connect(toPath path: String) async throws -> RawClient {
        try await connect(receiveBuffer: nil) { try await $0.connect(unixDomainSocketPath: path).get() }
    }

    /// The same over TLS; `protocols` are those that are offered by ALPN, and `prefix` is sent ahead of it all.
    static func connectSecurely(
        port: Int,
        authority: String,
        protocols: [String] = [],
        prefix: ByteBuffer? = nil
    ) async throws -> RawClient {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority)
        configuration.applicationProtocols = protocols
        let security = try NIOSSLContext(configuration: configuration)
        return try await connect(receiveBuffer: nil, security: security, prefix: prefix) {
            try await $0.connect(host: "127.0.0.1", port: port).get()
        }
    }

    private static func connect(
        receiveBuffer: Int?,
        security: NIOSSLContext? = nil,
        prefix: ByteBuffer? = nil,
        _ connect: (ClientBootstrap) async throws -> any Channel
    ) async throws -> RawClient {
        let inbox = Inbox()
        var bootstrap = ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(patience))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let prefix { try channel.pipeline.syncOperations.addHandler(PrefixSender(prefix)) }
                    if let security {
                        let handler = try NIOSSLClientHandler(context: security, serverHostname: "localhost")
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(inbox)
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        return RawClient(try await connect(bootstrap), inbox)
    }

    /// Sends bytes as soon as the connection is open.
    private final class PrefixSender: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let prefix: ByteBuffer

        init(_ prefix: ByteBuffer) {
            self.prefix = prefix
        }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(prefix), promise: nil)
            context.fireChannelActive()
        }
    }

    /// The port at this end.
    var localPort: Int { channel.localAddress?.port ?? 0 }

    // MARK: Sending

    /// Sends without waiting for the server to take it.
    func send(_ text: String) {
        send(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) {
        channel.writeAndFlush(bytes, promise: nil)
    }

    /// Sends a text in pieces that the server gets to see one by one.
    func send(_ text: String, inPiecesOf size: Int) async throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try await channel.writeAndFlush(ByteBuffer(bytes: rest.prefix(size))).get()
            rest = rest.dropFirst(size)
            await Task.yield()
        }
    }

    /// How many of the bytes that were sent the system has not taken yet.
    func unsentBytes() async throws -> Int {
        try await channel.getOption(.bufferedWritableBytes).get()
    }

    /// The same, once the system's two socket buffers are full and nothing moves any more.
    func stuckBytes() async throws -> Int {
        var unsent = -1
        try await eventually {
            try await Task.sleep(for: .milliseconds(30))
            let before = unsent
            unsent = try await unsentBytes()
            return unsent == before
        }
        return unsent
    }

    /// Says that nothing more will be sent; what the server sends is still read.
    func finishSending() {
        channel.close(mode: .output, promise: nil)
    }

    /// Goes away in good order.
    func close() async {
        try? await channel.close()
    }

    /// Goes away as if the machine had crashed: the server is sent a reset.
    func reset() async throws {
        let atOnce = linger(l_onoff: 1, l_linger: 0)
        try await (channel as? any SocketOptionProvider)?.setSoLinger(atOnce).get()
        try? await channel.close()
    }

    // MARK: Receiving

    /// Stops taking what the server sends.
    func pauseReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    func resumeReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// How many bytes have been received in all.
    var receivedBytes: Int { inbox.total }

    /// How many of them have not been taken yet.
    var unreadBytes: Int { inbox.count }

    func receive(_ count: Int) async throws -> String {
        try await take { bytes, _ in bytes.count >= count ? count : nil }
    }

    func receiveBytes(_ count: Int) async throws -> [UInt8] {
        try await bytes { bytes, _ in bytes.count >= count ? count : nil }
    }

    /// Everything up to and including `mark`.
    func receive(through mark: String) async throws -> String {
        let mark = Array(mark.utf8)
        return try await take { bytes, _ in bytes.firstRange(of: mark)?.upperBound }
    }

    /// Takes a response that closes the connection, of any size, and counts its content.
    func countFixedContent() async throws -> Int {
        _ = try await receive(through: "\r\n\r\n")
        return try await bytes { bytes, isEnded in isEnded ? bytes.count : nil }.count
    }

    /// Takes a chunked response of any size, and counts its content.
    func countContent() async throws -> Int {
        _ = try await receive(through: "\r\n\r\n")
        var count = 0
        while let size = Int(try await receive(through: "\r\n").dropLast(1), radix: 16) {
            _ = try await bytes { bytes, _ in bytes.count >= size + 2 ? size + 2 : nil }
            if size == 0 { return count }
            count += size
        }
        return count
    }

    /// Everything until the server has finished sending.
    func receiveToEnd() async throws -> String {
        try await take { bytes, isEnded in isEnded ? bytes.count : nil }
    }

    /// One response: the next, with its content.
    ///
    /// - Parameter method: That of the request, for HEAD changes where the response ends.
    func response(to method: String = "GET") async throws -> RawResponse {
        let bytes = try await bytes { bytes, isEnded in
            RawResponse.length(of: bytes, to: method, isEnded: isEnded)
        }
        return RawResponse(bytes)
    }

    /// Succeeds when the server closes without another byte.
    func expectEnd() async throws -> Bool {
        try await receiveToEnd().isEmpty
    }

    private func take(_ choice: @escaping Inbox.Choice) async throws -> String {
        String(decoding: try await bytes(choice), as: UTF8.self)
    }

    private func bytes(_ choice: @escaping Inbox.Choice) async throws -> [UInt8] {
        try await inbox.take(within: Self.patience, on: channel.eventLoop, choice)
    }
}
