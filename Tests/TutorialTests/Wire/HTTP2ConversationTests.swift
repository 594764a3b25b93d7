import HTTPTypes
import HTTPWire
import NIOCore
import Testing

@testable import tutorial

/// What is made of the bytes of HTTP/2 connections.
struct HTTP2ConversationTests {
    private static let preface = HTTP2FrameReader.preface
    private static let settings = frame(4, 0, 0, [])

    private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let length = UInt32(payload.count)
        return [UInt8(length >> 16), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags]
            + (0..<4).map { UInt8(stream >> (24 - 8 * $0) & 0xFF) } + payload
    }

    /// A field that goes into no table (RFC 7541 section 6.2.2).
    private static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0, UInt8(name.utf8.count)] + name.utf8 + [UInt8(value.utf8.count)] + value.utf8
    }

    /// `:method: GET`, `:scheme: http`, `:path: /` and the host `a`, from the static table.
    private static let get: [UInt8] = [0x82, 0x86, 0x84, 0x41, 0x01, 0x61]

    /// Bytes that the client (true) or the server sends.
    private func exchanges(_ pieces: (isRequest: Bool, bytes: [UInt8])...) -> [WireExchange] {
        let whole = read(pieces, size: .max)
        for size in [1, 2, 5, 9, 13] { #expect(read(pieces, size: size) == whole, "in pieces of \(size)") }
        return whole
    }

    private func read(_ pieces: [(isRequest: Bool, bytes: [UInt8])], size: Int) -> [WireExchange] {
        var conversation = Conversation()
        var exchanges: [Int: WireExchange] = [:]
        for (isRequest, bytes) in pieces {
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = ByteBuffer(bytes: rest.prefix(size))
                rest = rest.dropFirst(size)
                exchanges.merge(isRequest ? conversation.receive(part) : conversation.send(part)) { $1 }
            }
        }
        return exchanges.sorted { $0.key < $1.key }.map(\.value)
    }

    @Test("Over TLS the server begins before the client")
    func showsFieldsAndFrames() {
        let exchanges = exchanges(
            (false, Self.settings),
            (true, Self.preface + Self.settings),
            (
                true,
                Self.frame(1, 0x4, 1, Self.get + Self.literal("cookie", "id=7") + Self.literal("x", "y"))
                    + Self.frame(0, 0x1, 1, Array("password=1".utf8))
            ),
            (
                false,
                Self.frame(1, 0x4, 1, [0x88] + Self.literal("set-cookie", "id=8; Path=/"))
                    + Self.frame(0, 0, 1, Array("Hello".utf8)) + Self.frame(0, 0x1, 1, Array(", world!".utf8))
            )
        )
        #expect(
            exchanges == [
                WireExchange(
                    version: .http2,
                    request: WireMessage(
                        head: ":method: GET\n:path: /\n:authority: a\nx: y\ncookie: id=<left out>\n\n",
                        frames: ["HEADERS (stream 1)", "DATA (10 bytes)"],
                        content: .text("password=<left out>"),
                        contentBytes: 10,
                        isComplete: true
                    ),
                    response: WireMessage(
                        head: ":status: 200\nset-cookie: id=<left out>; Path=/\n\n",
                        frames: ["HEADERS (stream 1)", "DATA (5 bytes)", "DATA (8 bytes)"],
                        content: .text("Hello, world!"),
                        contentBytes: 13,
                        isComplete: true
                    )
                )
            ]
        )
    }

    @Test func tellsStreamsApart() {
        let exchanges = exchanges(
            (true, Self.preface + Self.settings),
            (true, Self.frame(1, 0x5, 1, Self.get) + Self.frame(1, 0x5, 3, Self.get) + Self.frame(1, 0x5, 5, Self.get)),
            (false, Self.settings + Self.frame(1, 0x5, 3, [0x8D])),
            (false, Self.frame(1, 0x4, 1, Self.literal(":status", "103")) + Self.frame(1, 0x5, 1, [0x89])),
            (true, Self.frame(3, 0, 5, [0, 0, 0, 8]))
        )
        #expect(
            exchanges.map(\.response.head) == [":status: 103\n\n:status: 204\n\n", ":status: 404\n\n", ""]
        )
        #expect(exchanges.map(\.request.frames).last == ["HEADERS (stream 5)", "RST_STREAM (code 8)"])
    }

    @Test func showsMalformedRequests() {
        let exchanges = exchanges(
            (true, Self.preface + Self.settings + Self.frame(1, 0x5, 1, Self.get + Self.literal("Upper", "x"))),
            (false, Self.settings + Self.frame(3, 0, 1, [0, 0, 0, 1]))
        )
        #expect(exchanges.count == 1)
        #expect(exchanges.first?.note?.hasPrefix("The request is malformed: ") == true)
        #expect(exchanges.first?.response.frames == ["RST_STREAM (code 1)"])
    }

    @Test("Nothing is made of what is not HTTP/2 in the end")
    func survivesNonsense() {
        #expect(exchanges((true, Self.preface + Self.frame(1, 0x5, 1, Self.get))) == [])
        #expect(
            exchanges((true, Self.preface + Self.settings + Self.frame(1, 0x5, 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF])))
                == []
        )
        let many = (0..<1_000).flatMap { Self.frame(1, 0x4, UInt32(2 * $0 + 1), Self.get) }
        #expect(read([(true, Self.preface + Self.settings + many)], size: .max).count == HTTP2Conversation.openLimit)
    }
}
