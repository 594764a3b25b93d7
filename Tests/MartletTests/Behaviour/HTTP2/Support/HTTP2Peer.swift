import Dispatch
import NIOCore
import NIOHPACK

@testable import Martlet

/// A server's end of one HTTP/2 connection that does exactly what a test says, frame by frame.
final class HTTP2Peer {
    struct Frame {
        var type: FrameType
        var flags: UInt8 = 0
        var stream = 0
        var payload: [UInt8] = []

        var endsStream: Bool { (type == .data || type == .headers) && flags & Self.endStream != 0 }
        /// The payload's first four bytes as a number.
        var number: Int { payload.prefix(4).reduce(0) { $0 << 8 | Int($1) } }
        var text: String { String(decoding: payload, as: UTF8.self) }

        static let endStream: UInt8 = 0x1
        static let ack: UInt8 = 0x1
        static let endHeaders: UInt8 = 0x4
        static let padded: UInt8 = 0x8
    }

    enum FrameType: UInt8 {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    enum Setting: UInt16 {
        case headerTableSize = 1
        case enablePush, maximumConcurrentStreams, initialWindowSize, maximumFrameSize, maximumHeaderListSize
    }

    struct Request {
        var stream: Int
        var fields: [String: String]
        var isComplete: Bool
    }

    struct Unexpected: Error {
        var frame: Frame
    }

    let connection: ScriptedConnection
    /// What the client has set.
    private(set) var settings: [Setting: Int] = [:]
    private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())

    /// Reads the client's preface and sends the server's.
    init(_ connection: ScriptedConnection, settings: [Setting: Int] = [:]) throws {
        self.connection = connection
        let preface = try connection.read(count: 24)
        guard preface == "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" else { throw ScriptedConnection.Closed() }
        let first = try read()
        guard first.type == .settings else { throw Unexpected(frame: first) }
        for start in stride(from: 0, to: first.payload.count, by: 6) {
            let identifier = UInt16(first.payload[start]) << 8 | UInt16(first.payload[start + 1])
            let value = first.payload[(start + 2)..<(start + 6)].reduce(0) { $0 << 8 | Int($1) }
            if let setting = Setting(rawValue: identifier) { self.settings[setting] = value }
        }
        try send(settings)
        try write(Frame(type: .settings, flags: Frame.ack))
    }

    // MARK: Reading

    /// The next frame, whatever it is.
    func read() throws -> Frame {
        let head = try connection.readBytes(count: 9)
        let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
        guard let type = FrameType(rawValue: head[3]) else { throw ScriptedConnection.Closed() }
        let stream = head[5...].reduce(0) { $0 << 8 | Int($1) }
        return Frame(type: type, flags: head[4], stream: stream, payload: try connection.readBytes(count: length))
    }

    /// The next frame that says something about a stream, or of the given type; others are skipped.
    func next(_ type: FrameType? = nil) throws -> Frame {
        while true {
            let frame = try read()
            if let type {
                if frame.type == type, type != .settings || frame.flags & Frame.ack == 0 { return frame }
            } else if frame.type == .data || frame.type == .headers || frame.type == .reset {
                return frame
            }
        }
    }

    /// The next request's head.
    func request() throws -> Request {
        let frame = try next(.headers)
        return Request(stream: frame.stream, fields: try fields(frame), isComplete: frame.endsStream)
    }

    func fields(_ frame: Frame) throws -> [String: String] {
        var buffer = ByteBuffer(bytes: frame.payload)
        let fields = try decoder.decodeHeaders(from: &buffer)
        return Dictionary(fields.map { ($0.name, $0.value) }) { "\($0); \($1)" }
    }

    /// The content of a stream up to its end.
    func content(of stream: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let frame = try next(.data)
            guard frame.stream == stream else { throw Unexpected(frame: frame) }
            bytes += frame.payload
            if frame.endsStream { return bytes }
        }
    }

    // MARK: Writing

    func write(_ frame: Frame) throws {
        try connection.write(Self.bytes(frame))
    }

    static func bytes(_ frame: Frame) -> [UInt8] {
        let count = frame.payload.count
        var bytes = [UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
        bytes += [frame.type.rawValue, frame.flags]
        return bytes + number(frame.stream) + frame.payload
    }

    static func number(_ value: Int) -> [UInt8] {
        [UInt8(value >> 24 & 0xFF), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    /// Fields as literals without indexing (RFC 7541 section 6.2.2), so that any nonsense can be sent.
    static func block(_ fields: KeyValuePairs<String, String>) -> [UInt8] {
        func string(_ text: String) -> [UInt8] {
            let bytes = Array(text.utf8)
            precondition(bytes.count < 127 + 128)
            return (bytes.count < 127 ? [UInt8(bytes.count)] : [127, UInt8(bytes.count - 127)]) + bytes
        }
        return fields.flatMap { [0] + string($0.key) + string($0.value) }
    }

    func send(_ settings: [Setting: Int]) throws {
        var payload: [UInt8] = []
        for (setting, value) in settings { payload += [0, UInt8(setting.rawValue)] + Self.number(value) }
        try write(Frame(type: .settings, payload: payload))
    }

    func headers(_ stream: Int, _ fields: KeyValuePairs<String, String>, ends: Bool = false) throws {
        let flags = Frame.endHeaders | (ends ? Frame.endStream : 0)
        try write(Frame(type: .headers, flags: flags, stream: stream, payload: Self.block(fields)))
    }

    func data(_ stream: Int, _ text: String, ends: Bool = false) throws {
        try data(stream, Array(text.utf8), ends: ends)
    }

    func data(_ stream: Int, _ bytes: [UInt8], ends: Bool = false) throws {
        try write(Frame(type: .data, flags: ends ? Frame.endStream : 0, stream: stream, payload: bytes))
    }

    func reset(_ stream: Int, _ code: UInt8) throws {
        try write(Frame(type: .reset, stream: stream, payload: [0, 0, 0, code]))
    }

    func goAway(last: Int, _ code: UInt8 = 0, _ text: String = "") throws {
        try write(Frame(type: .goAway, payload: Self.number(last) + [0, 0, 0, code] + Array(text.utf8)))
    }

    func windowUpdate(_ stream: Int, _ increment: Int) throws {
        try write(Frame(type: .windowUpdate, stream: stream, payload: Self.number(increment)))
    }

    /// A whole response.
    func respond(_ stream: Int, _ text: String, status: String = "200") throws {
        try headers(stream, [":status": status])
        try data(stream, text, ends: true)
    }

    /// Answers every request with its path, until the client closes.
    func echoPaths() throws {
        while true {
            let request = try request()
            try respond(request.stream, request.fields[":path"] ?? "")
        }
    }
}

/// Runs `script` for each connection, with its number from 0 on, while `test` uses a client that knows the server to
/// speak HTTP/2.
func withHTTP2Peer(
    settings: [HTTP2Peer.Setting: Int] = [:],
    _ configure: (inout HTTPClient.Configuration) -> Void = { _ in },
    script: @escaping @Sendable (HTTP2Peer, Int) throws -> Void,
    test: (HTTPClient, String) async throws -> Void
) async throws {
    try await ScriptedServer.run { connection, number in
        let peer = try HTTP2Peer(connection, settings: settings)
        try script(peer, number)
        // What the client still sends must not meet a reset.
        while (try? peer.read()) != nil {}
    } while: { server in
        let client = makeClient {
            $0.http2 = .always
            configure(&$0)
        }
        try await test(client, server.url)
        await client.close(force: true)
    }
}

/// Lets a script wait for the test, though not for ever.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Lets one pass.
    func open() {
        semaphore.signal()
    }

    func wait() {
        _ = semaphore.wait(timeout: .now() + 10)
    }
}
