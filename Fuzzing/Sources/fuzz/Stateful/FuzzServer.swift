import Glibc
import HTTPTypes
import HTTPWire
import Logging
import Martlet
import NIOCore
import Synchronization

/// The servers under test, one on a Unix socket and one on TCP, whose handlers do what handlers do.
final class FuzzServer: Sendable {
    static let unix = FuzzServer(isUnix: true)
    static let tcp = FuzzServer(isUnix: false)
    static let silent = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
    static let big = ByteBuffer(repeating: UInt8(ascii: "b"), count: 200_000)

    private let server: HTTPServer
    private let path: String?

    private init(isUnix: Bool) {
        var configuration = HTTPServer.Configuration()
        configuration.defaultResponseHeaders = [:]
        configuration.sendsDate = false
        configuration.logger = Self.silent
        configuration.eventLoopGroup = Stage.group
        configuration.http2.allowsPriorKnowledge = true
        let path = isUnix ? "/tmp/martlet-fuzz-\(getpid()).socket" : nil
        do {
            let server = try Stage.wait { [configuration] in
                if let path {
                    unlink(path)
                    return try await HTTPServer.bind(.unix(path: path), port: 0, configuration: configuration)
                }
                return try await HTTPServer.bind(.loopbackIPv4, port: 0, configuration: configuration)
            }
            self.server = server
            self.path = path
            Task { try await server.serve(handler) }
        } catch {
            fatalError("no server: \(error)")
        }
        guard (0..<5_000).contains(where: { _ in isAnswering }) else { fatalError("the server does not begin") }
        // The name is needed to connect as long as the process lives.
        if isUnix { atexit { unlink("/tmp/martlet-fuzz-\(getpid()).socket") } }
    }

    func connect() -> PeerSocket {
        path.map { PeerSocket.connect(path: $0) } ?? PeerSocket.connect(port: server.port)
    }

    var connectionCount: Int { server.connectionCounts.total }

    /// Whether a polite client is served.
    var isAnswering: Bool {
        let peer = connect()
        peer.unsent = Array("GET /text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
        peer.finish(patience: 400)
        return peer.received.starts(with: Array("HTTP/1.1 200 OK\r\n".utf8))
    }

    /// What has to hold once the client of a run has gone.
    func checkAfterwards(_ peer: PeerSocket) {
        peer.close()
        Gate.shared.open()
        guard Stage.turns(until: { connectionCount == 0 }) else {
            fatalError("a connection lives on after its client has gone: \(server.connectionCounts)")
        }
        guard isAnswering else { fatalError("the next client is not served") }
        guard Stage.turns(until: { connectionCount == 0 }) else {
            fatalError("the polite client's connection lives on")
        }
    }
}

/// Where handlers wait until the script lets them go on.
final class Gate: Sendable {
    static let shared = Gate()
    private let waiters = Mutex<[AsyncStream<Void>.Continuation]>([])

    func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        waiters.withLock { $0.append(continuation) }
        for await _ in stream {}
    }

    func open() {
        let all = waiters.withLock { waiters in
            defer { waiters = [] }
            return waiters
        }
        for waiter in all { waiter.finish() }
    }
}

private struct Nonsense: Error {}

/// Answers by the path.
private func handler(_ request: HTTPServerRequest) async throws {
    let response = request.response
    switch request.target.prefix(while: { $0 != "?" }) {
    case "/text":
        try await response.end("Hello")
    case "/echo":
        for try await part in request.body { try await response.write(part) }
    case "/late":
        for _ in 0..<10 { await Task.yield() }
        var iterator = request.body.makeAsyncIterator()
        while let part = try await iterator.next() {
            for _ in 0..<3 { await Task.yield() }
            try await response.write(part)
            try await response.flush()
        }
    case "/stream":
        for number in 0..<5 {
            try await response.write("\(number)")
            try await response.flush()
            await Task.yield()
        }
    case "/length":
        response.contentLength = 10
        try await response.write("01234")
        await Task.yield()
        try await response.write("56789")
    case "/early":
        try await response.end("early")
    case "/collect":
        try await response.end(request.collect(upTo: 1_000))
    case "/throw":
        throw Nonsense()
    case "/refuse":
        throw HTTPError(.forbidden, "no")
    case "/half":
        try await response.write("half")
        try await response.flush()
        throw Nonsense()
    case "/short":
        response.contentLength = 10
        try await response.write("short")
    case "/big":
        try await response.end(FuzzServer.big)
    case "/session":
        let session = try await request.session
        session["a"] = "b"
        session.destroy()
        try await response.end("session")
    case "/trailers":
        response.trailers = [HTTPField.Name("x-end") ?? .eTag: "1"]
        try await response.write("with trailers")
    case "/info":
        try await response.sendInformational(HTTPResponse.Status(code: 103))
        try await response.end("informed")
    case "/gate":
        await Gate.shared.wait()
        try await response.end("gate")
    case "/never":
        // A sleep that is cancelled would leave its timer behind.
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        withExtendedLifetime(continuation) {}
        throw CancellationError()
    case "/detach":
        let socket = try await response.detachSocket()
        for try await bytes in socket.inbound { try await socket.write(bytes) }
        await socket.close()
    case "/ws":
        let socket = try await WebSocket.upgrade(request, allowedOrigins: .any)
        for try await message in socket { try await socket.send(message) }
    case "/ws-parts":
        let socket = try await WebSocket.upgrade(request, maximumMessageSize: 5_000, allowedOrigins: .any)
        while let message = try await socket.receiveStream() {
            var parts = message.makeAsyncIterator()
            // Not always to the end.
            for _ in 0..<3 { if try await parts.next() == nil { break } }
        }
        await socket.close()
    case "/ws-busy":
        let socket = try await WebSocket.upgrade(request, allowedOrigins: .any)
        for number in 0..<20 { try await socket.send("message \(number)") }
        try await socket.send(FuzzServer.big)
        _ = try? await socket.ping()
        try await socket.close(code: .normalClosure, reason: "done")
    case "/ws-throw":
        _ = try await WebSocket.upgrade(request, allowedOrigins: .any)
        throw Nonsense()
    default:
        response.status = .notFound
        try await response.end("nothing")
    }
}
