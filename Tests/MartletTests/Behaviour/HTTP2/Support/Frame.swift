import NIOCore

/// A frame of HTTP/2 as literal bytes, right or wrong, made by code that shares nothing with the server's.
struct Frame: Sendable, Hashable, CustomStringConvertible {
    enum Kind: UInt8, Sendable {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
    }

    static let endStream: UInt8 = 0x1
    static let ack: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4
    static let padded: UInt8 = 0x8
    static let priorityFlag: UInt8 = 0x20

    var type: UInt8
    var flags: UInt8
    var stream: UInt32
    var payload: [UInt8]
    /// The length that the frame claims to have; nil for the one that it has.
    var claimedLength: Int?

    init(_ kind: Kind, _ flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8] = [], claimedLength: Int? = nil) {
        self.init(type: kind.rawValue, flags, stream: stream, payload, claimedLength: claimedLength)
    }

    init(type: UInt8, _ flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8] = [], claimedLength: Int? = nil) {
        self.type = type
        self.flags = flags
        self.stream = stream
        self.payload = payload
        self.claimedLength = claimedLength
    }

    var kind: Kind? { Kind(rawValue: type) }

    var bytes: [UInt8] {
        let length = claimedLength ?? payload.count
        let head: [UInt8] = [UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags]
        return head + Frame.word(stream) + payload
    }

    var description: String {
        let kind = kind.map { "\($0)" } ?? "type \(type)"
        return
            "\(kind) flags \(flags) stream \(stream) \(payload.count <= 24 ? "\(payload)" : "\(payload.count) bytes")"
    }

    static func word(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    /// The number that the payload has at an offset.
    func word(at offset: Int) -> UInt32? {
        guard payload.count >= offset + 4 else { return nil }
        return payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    // MARK: Those that tests send

    static func settings(_ settings: (UInt16, UInt32)...) -> Frame {
        Frame(.settings, stream: 0, settings.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xFF)] + word($0.1) })
    }

    static let settingsAck = Frame(.settings, ack, stream: 0)

    static func headers(
        _ stream: UInt32,
        _ fields: [(String, String)],
        end: Bool = true,
        flags: UInt8 = endHeaders
    ) -> Frame {
        Frame(.headers, flags | (end ? endStream : 0), stream: stream, block(fields))
    }

    /// A request like most.
    static func request(
        _ stream: UInt32,
        _ method: String = "GET",
        _ path: String = "/",
        _ fields: [(String, String)] = [],
        end: Bool = true
    ) -> Frame {
        headers(stream, pseudo(method, path) + fields, end: end)
    }

    static func pseudo(_ method: String = "GET", _ path: String = "/") -> [(String, String)] {
        [(":method", method), (":scheme", "http"), (":authority", "a"), (":path", path)]
    }

    static func data(_ stream: UInt32, _ text: String = "", end: Bool = true) -> Frame {
        Frame(.data, end ? endStream : 0, stream: stream, Array(text.utf8))
    }

    static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> Frame {
        Frame(.reset, stream: stream, word(code))
    }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> Frame {
        Frame(.windowUpdate, stream: stream, word(increment))
    }

    static func ping(_ opaque: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8], flags: UInt8 = 0) -> Frame {
        Frame(.ping, flags, stream: 0, opaque)
    }

    /// A field block of literals that nobody remembers (RFC 7541 section 6.2.2).
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0x00] + text($0.0) + text($0.1) }
    }

    static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var (length, rest) = ([UInt8(127)], bytes.count - 127)
        while rest >= 128 {
            length.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }
}
