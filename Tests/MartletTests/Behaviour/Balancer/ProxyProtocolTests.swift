import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Martlet

@Suite("The PROXY protocol", .timeLimit(.minutes(5)))
struct ProxyProtocolTests {
    private static let text = ByteBuffer(string: "PROXY TCP4 192.0.2.1 198.51.100.7 56324 8443\r\n")
    private static let binary = ByteBuffer(
        bytes: hexBytes("0d0a0d0a000d0a515549540a 21 11 000f c0000201 c6336407 dc04 20fb 04 0000")
    )
    private static let expected = "192.0.2.1 56324 198.51.100.7 8443"
    /// `GET /` with the authority `a`, as the only stream.
    private static let http2Request =
        Array(HTTP2Client.preface.utf8) + Frame(.settings, stream: 0, []).bytes
        + hexBytes("00 00 06 01 05 00 00 00 01 82 86 84 41 01 61")

    private static let configuration = HTTPServer.Configuration.priorKnowledge.with {
        $0.proxyProtocol = .required(from: AddressRange.loopback)
    }

    /// Says the ends of the connection.
    private static let handler: HTTPServer.Handler = { request in
        let info = request.connectionInfo
        try await request.response.end(
            "\(request.remoteAddress?.host ?? "") \(info?.remotePort ?? -1) "
                + "\(info?.localAddress.host ?? "") \(info?.localPort ?? -1)"
        )
    }

    private static let headers = [text, binary]

    @Test("says whose connection it is, over HTTP/1.1 and HTTP/2", arguments: headers, [true, false])
    func plain(header: ByteBuffer, onOwnLoops: Bool) async throws {
        let group = onOwnLoops ? nil : MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let configuration = Self.configuration.with { if let group { $0.eventLoopGroup = group } }
        try await withServer(configuration, Self.handler) { server in
            let client = try await server.connect()
            // With the request in one piece, and on its own.
            client.send(ByteBuffer(bytes: header.readableBytesView + get().utf8))
            #expect(try await client.response().text == Self.expected)
            client.send(get() + get())
            #expect(try await client.response().text == Self.expected)
            #expect(try await client.response().text == Self.expected)
            let second = try await server.connect()
            second.send(ByteBuffer(bytes: header.readableBytesView + Self.http2Request))
            let reply = try await HTTP2Client(second).reply(1)
            #expect(reply.text == Self.expected)
        }
        try await group?.shutdownGracefully()
    }

    @Test("may arrive in any two pieces", arguments: headers)
    func pieces(header: ByteBuffer) async throws {
        try await withServer(Self.configuration, Self.handler) { server in
            let bytes = Array(header.readableBytesView) + get().utf8
            for end in stride(from: 1, to: header.readableBytes + 4, by: 3) {
                let client = try await server.connect()
                try await client.channel.writeAndFlush(ByteBuffer(bytes: bytes[..<end])).get()
                await Task.yield()
                client.send(ByteBuffer(bytes: bytes[end...]))
                #expect(try await client.response().text == Self.expected)
            }
            let client = try await server.connect()
            try await client.send(
                String(decoding: bytes, as: UTF8.self),
                inPiecesOf: header == Self.text ? 1 : bytes.count
            )
            if header == Self.text { #expect(try await client.response().text == Self.expected) }
        }
    }

    @Test("comes in front of TLS, over HTTP/1.1 and HTTP/2", arguments: headers)
    func secure(header: ByteBuffer) async throws {
        try await withServer(over: .secure, Self.configuration, Self.handler) { server, _ in
            let authority = try await SharedCertificates.value.path("authority.pem")
            let client = try await RawClient.connectSecurely(port: server.port, authority: authority, prefix: header)
            client.send(get())
            #expect(try await client.response().text == Self.expected)
            let second = try await RawClient.connectSecurely(
                port: server.port,
                authority: authority,
                protocols: ["h2"],
                prefix: header
            )
            second.send(ByteBuffer(bytes: Self.http2Request))
            let reply = try await HTTP2Client(second).reply(1)
            #expect(reply.text == Self.expected)
            // Within TLS it is a malformed request.
            let third = try await RawClient.connectSecurely(port: server.port, authority: authority, prefix: header)
            third.send(Self.text)
            #expect(try await third.response().status == 400)
        }
    }

    @Test("comes over Unix-domain sockets too, and in memory")
    func others() async throws {
        try await withServer(over: .unix, Self.configuration, Self.handler) { _, connect in
            let client = try await connect()
            client.send(ByteBuffer(bytes: Self.text.readableBytesView + get().utf8))
            #expect(try await client.response().text == Self.expected)
        }
        let server = try await HTTPServer.inMemory(configuration: Self.configuration)
        let serving = Task { try await server.serve(Self.handler) }
        try await eventually { server.run != nil }
        let received = Events<String>()
        let channel = try await server.connect(on: RawClient.loop) { channel in
            try channel.pipeline.syncOperations.addHandler(Collector(received))
            return channel
        }
        try await channel.writeAndFlush(ByteBuffer(bytes: Self.binary.readableBytesView + get().utf8)).get()
        #expect(try await received.next().hasSuffix(Self.expected))
        await server.close(force: true)
        try await serving.value
    }

    @Test("of the balancer's own checks leaves the addresses as they are")
    func local() async throws {
        try await withServer(Self.configuration, Self.handler) { server in
            for header in [
                ByteBuffer(string: "PROXY UNKNOWN\r\n"),
                ByteBuffer(bytes: hexBytes("0d0a0d0a000d0a515549540a 20 00 0000")),
            ] {
                let client = try await server.connect()
                client.send(ByteBuffer(bytes: header.readableBytesView + get().utf8))
                #expect(
                    try await client.response().text == "127.0.0.1 \(client.localPort) 127.0.0.1 \(server.port)"
                )
            }
        }
    }

    @Test("is not read of those that are no balancers: their bytes are a malformed request")
    func untrusted() async throws {
        let ranges = [AddressRange("192.0.2.0/24"), AddressRange("127.0.0.2")].compactMap { $0 }
        let configuration = Self.configuration.with { $0.proxyProtocol = .required(from: ranges) }
        try await withServer(configuration, Self.handler) { server in
            for header in Self.headers {
                let client = try await server.connect()
                client.send(ByteBuffer(bytes: header.readableBytesView + get().utf8))
                #expect(try await client.response().status == 400)
                let plain = try await server.connect()
                plain.send(get())
                #expect(try await plain.response().text.hasPrefix("127.0.0.1 \(plain.localPort) "))
            }
        }
    }

    @Test("is required of balancers: a connection without it is closed, with a line in the log")
    func required() async throws {
        let log = LogLines()
        let time = HeldTime()
        let configuration = Self.configuration.with {
            $0.logger = log.logger
            $0.time = TimeSource(held: time)
        }
        let wrong: [(ByteBuffer, String)] = [
            (ByteBuffer(string: get()), "there is no PROXY header"),
            (ByteBuffer(string: "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n" + get()), "the line is malformed"),
            (ByteBuffer(string: String(repeating: "PROXY UNKNOWN", count: 10)), "the line is longer than 107 bytes"),
            (ByteBuffer(bytes: hexBytes("0d0a0d0a000d0a515549540a 31 11 0000")), "version 3 is unknown"),
            (ByteBuffer(bytes: hexBytes("16030100")), "there is no PROXY header"),
        ]
        try await withServer(configuration) { _ in
            Issue.record("a request was read")
        } test: { server in
            for (bytes, reason) in wrong {
                let client = try await server.connect()
                client.send(bytes)
                // Bytes that were not read make it a reset.
                let answer = (try? await client.receiveToEnd()) ?? ""
                #expect(answer == "")
                try await eventually { server.connectionCounts.total == 0 }
                #expect(
                    log.all.last
                        == "Closed a connection from 127.0.0.1, which must begin with a PROXY header: \(reason)"
                )
                await time.advance(by: .seconds(1))
            }
            // At most one line a second.
            for _ in 0..<3 {
                let client = try await server.connect()
                client.send(get())
                _ = try? await client.receiveToEnd()
            }
            try await eventually { server.connectionCounts.total == 0 }
            #expect(log.all.count == wrong.count + 1)
            await time.advance(by: .seconds(1))
            // One that ends within its header.
            let cut = try await server.connect()
            cut.send("PROXY TC")
            cut.finishSending()
            _ = try? await cut.receiveToEnd()
            try await eventually { log.all.count == wrong.count + 2 }
            #expect(
                log.all.last?.hasSuffix("it ended before the header did (3 of them since this was last logged)") == true
            )
            // One that only looks whether the port is open.
            await time.advance(by: .seconds(1))
            let probe = try await server.connect()
            await probe.close()
            try await eventually { server.connectionCounts.total == 0 }
            #expect(log.all.count == wrong.count + 2)
        }
    }

    @Test(
        "has the time that a head has",
        arguments: ["", "PROXY TCP4 192", "PROXY UNKNOWN\r\n", "PROXY UNKNOWN\r\nGET /"]
    )
    func deadline(sent: String) async throws {
        let time = HeldTime()
        let configuration = Self.configuration.with { $0.time = TimeSource(held: time) }
        try await withServer(configuration, Self.handler) { server in
            let client = try await server.connect()
            if !sent.isEmpty { try await client.channel.writeAndFlush(ByteBuffer(string: sent)).get() }
            try await eventually { server.connectionCounts.total == 1 }
            await time.advance(by: .seconds(29))
            #expect(server.connectionCounts.total == 1)
            // A head that has begun has its own time.
            for _ in 0..<8 { await time.advance(by: .seconds(5)) }
            let answer = try await client.receiveToEnd()
            #expect(answer.hasPrefix(sent.hasSuffix("GET /") ? "HTTP/1.1 408 " : ""))
        }
    }

    @Test("says which clients count for maximumConnectionsPerAddress")
    func quota() async throws {
        let configuration = Self.configuration.with { $0.maximumConnectionsPerAddress = 2 }
        func header(_ client: String) -> String { "PROXY TCP4 \(client) 198.51.100.7 1 443\r\n" }
        try await withServer(configuration, Self.handler) { server in
            var open: [RawClient] = []
            for client in ["192.0.2.1", "192.0.2.1", "192.0.2.2"] {
                let raw = try await server.connect()
                raw.send(header(client) + get())
                #expect(try await raw.response().status == 200)
                open.append(raw)
            }
            let third = try await server.connect()
            third.send(header("192.0.2.1") + get())
            #expect(((try? await third.receiveToEnd()) ?? "") == "")
            // The balancer itself is not counted.
            for _ in 0..<5 {
                let raw = try await server.connect()
                raw.send("PROXY UNKNOWN\r\n" + get())
                #expect(try await raw.response().status == 200)
                open.append(raw)
            }
        }
    }

    @Test("goes with X-Forwarded-For: the client that the header names is the peer")
    func forwarded() async throws {
        let configuration = Self.configuration.with {
            $0.trustedProxies = [AddressRange("192.0.2.1")].compactMap { $0 }
        }
        try await withServer(configuration, Self.handler) { server in
            for (client, expected) in [("192.0.2.1", "203.0.113.9"), ("192.0.2.2", "192.0.2.2")] {
                let raw = try await server.connect()
                raw.send("PROXY TCP4 \(client) 198.51.100.7 1 443\r\n" + get("/", "X-Forwarded-For: 203.0.113.9"))
                #expect(try await raw.response().text.hasPrefix(expected + " "))
            }
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let events: Events<String>

        init(_ events: Events<String>) {
            self.events = events
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            events.add(String(buffer: unwrapInboundIn(data)))
        }
    }
}

/// The messages that are logged from warnings up.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(lines: self) }
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel = Logger.Level.warning
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.message)") }
        }
    }
}
