import Martlet
import NIOCore
import NIOHPACK
import Synchronization

/// One raw HTTP/2 connection to a server: literal frames out, literal frames in.
final class HTTP2Client: Sendable {
    static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    let raw: RawClient
    private let decoder = Mutex(
        HPACKDecoder(allocator: ByteBufferAllocator(), maxDynamicTableSize: 4_096, maxHeaderListSize: 1_000_000)
    )

    init(_ raw: RawClient) {
        self.raw = raw
    }

    // MARK: Sending

    func send(_ frames: Frame...) { send(frames) }

    func send(_ frames: [Frame]) { raw.send(ByteBuffer(bytes: frames.flatMap(\.bytes))) }

    func send(_ bytes: [UInt8]) { raw.send(ByteBuffer(bytes: bytes)) }

    /// The preface, and settings; then waits for the server's, and acknowledges them.
    func begin(_ settings: (UInt16, UInt32)...) async throws {
        let frame = Frame(
            .settings,
            stream: 0,
            settings.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xFF)] + Frame.word($0.1) }
        )
        send(Array(Self.preface.utf8) + frame.bytes + Frame.settingsAck.bytes)
        while try await next() != Frame.settingsAck {}
    }

    // MARK: Receiving

    /// The next frame.
    func next() async throws -> Frame {
        let head = try await raw.receiveBytes(9)
        let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        let payload = length == 0 ? [] : try await raw.receiveBytes(length)
        return Frame(
            type: head[3],
            head[4],
            stream: head[5..<9].reduce(0) { $0 << 8 | UInt32($1) },
            payload
        )
    }

    /// The next frame of a kind; others are dropped, but for heads, which are decoded.
    func next(_ kind: Frame.Kind, stream: UInt32? = nil) async throws -> Frame {
        while true {
            let frame = try await next()
            if frame.kind == kind, stream == nil || frame.stream == stream { return frame }
            if frame.kind == .headers { _ = try fields(of: frame) }
        }
    }

    /// The fields of a head that came in one frame.
    func fields(of frame: Frame) throws -> [(name: String, value: String)] {
        try fields(of: frame.payload)
    }

    func fields(of block: [UInt8]) throws -> [(name: String, value: String)] {
        try decoder.withLock { decoder in
            var block = ByteBuffer(bytes: block)
            return try decoder.decodeHeaders(from: &block).map { ($0.name, $0.value) }
        }
    }

    /// A response, or what came in its place.
    struct Reply: Sendable {
        var fields: [(name: String, value: String)] = []
        /// The heads of informational responses.
        var informational: [[(name: String, value: String)]] = []
        var content: [UInt8] = []
        var trailers: [(name: String, value: String)] = []
        /// What the stream was reset with, if it was.
        var reset: UInt32?
        var frames: [Frame] = []

        var status: Int { Int(self[":status"] ?? "") ?? 0 }
        var text: String { String(decoding: content, as: UTF8.self) }
        subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
    }

    /// Takes the frames of a stream until it ends.
    ///
    /// - Parameter grants: Whether the client lets the server send on.
    func reply(_ stream: UInt32 = 1, grants: Bool = true) async throws -> Reply {
        var reply = Reply()
        while true {
            let frame = try await next()
            if frame.kind == .goAway { throw Gone(code: frame.word(at: 4) ?? 0) }
            guard frame.stream == stream else {
                if frame.kind == .headers { _ = try fields(of: frame) }
                continue
            }
            reply.frames.append(frame)
            switch frame.kind {
            case .headers:
                var block = frame.payload
                var last = frame
                while last.flags & Frame.endHeaders == 0 {
                    last = try await next()
                    block += last.payload
                    reply.frames.append(last)
                }
                let fields = try fields(of: block)
                if fields.first?.value.hasPrefix("1") == true, fields.first?.name == ":status" {
                    reply.informational.append(fields)
                } else if reply.fields.isEmpty {
                    reply.fields = fields
                } else {
                    reply.trailers = fields
                }
            case .data:
                reply.content += frame.payload
                if grants, !frame.payload.isEmpty {
                    let count = UInt32(frame.payload.count)
                    send(.windowUpdate(0, count), .windowUpdate(stream, count))
                }
            case .reset:
                reply.reset = frame.word(at: 0)
                return reply
            default:
                continue
            }
            if frame.flags & Frame.endStream != 0 { return reply }
        }
    }

    /// The server has ended the connection.
    struct Gone: Error, Hashable {
        var code: UInt32
    }

    /// What the server says when it closes.
    func goAway() async throws -> UInt32? {
        try await next(.goAway).word(at: 4)
    }
}

extension HTTPServer {
    /// An HTTP/2 connection to the server that has not begun.
    func connectHTTP2(receiveBuffer: Int? = nil) async throws -> HTTP2Client {
        HTTP2Client(try await connect(receiveBuffer: receiveBuffer))
    }

    /// An HTTP/2 connection to the server, past the exchange of settings.
    func beginHTTP2(_ settings: (UInt16, UInt32)...) async throws -> HTTP2Client {
        let client = try await connectHTTP2()
        switch settings.count {
        case 0: try await client.begin()
        case 1: try await client.begin(settings[0])
        default: try await client.begin(settings[0], settings[1])
        }
        return client
    }
}

extension HTTPServer.Configuration {
    /// Nothing in a response but what the test puts there, and HTTP/2 with prior knowledge.
    static var priorKnowledge: Self {
        bare.with { $0.http2.allowsPriorKnowledge = true }
    }
}
