import HTTPWire
import NIOCore
import Testing

@testable import tutorial

/// Connections of which every byte may be wrong. The random numbers are the same each time.
struct HostileConversationTests {
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private static let requests: [[UInt8]] = [
        Array("GET /?token=hunter2 HTTP/1.1\r\nHost: a\r\nCookie: id=hunter2; b\r\n folded\r\n\r\n".utf8),
        Array(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"pas\r\n6\r\nsword\"\r\n0\r\n\r\n"
                .utf8
        ),
        Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nabc".utf8),
        Array("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
        HTTP2FrameReader.preface + [0, 0, 0, 4, 0, 0, 0, 0, 0]
            + [0, 0, 6, 1, 4, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 0x01, 0x61]
            + [0, 0, 3, 0, 1, 0, 0, 0, 1, 0x61, 0x3D, 0x62],
    ]
    private static let responses: [[UInt8]] = [
        Array(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: a=hunter2\r\nContent-Length: 3\r\n\r\nabc".utf8
        ),
        Array("HTTP/1.1 101 Switching Protocols\r\n\r\n".utf8),
        Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8),
        [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88, 0, 0, 3, 0, 1, 0, 0, 0, 1, 0x61, 0x3D, 0x62],
    ]

    @Test func survivesAnything() throws {
        var numbers = Numbers(state: 7)
        for _ in 0..<3_000 {
            var conversation = Conversation()
            var exchanges: [Int: WireExchange] = [:]
            for _ in 0..<4 {
                let isRequest = Bool.random(using: &numbers)
                var bytes = try #require((isRequest ? Self.requests : Self.responses).randomElement(using: &numbers))
                for _ in 0..<Int.random(in: 0...3, using: &numbers) {
                    bytes[Int.random(in: bytes.indices, using: &numbers)] = .random(in: .min ... .max, using: &numbers)
                }
                var rest = bytes[...]
                while !rest.isEmpty {
                    let part = ByteBuffer(bytes: rest.prefix(Int.random(in: 1...40, using: &numbers)))
                    rest = rest.dropFirst(part.readableBytes)
                    exchanges.merge(isRequest ? conversation.receive(part) : conversation.send(part)) { $1 }
                }
            }
            for (number, exchange) in exchanges {
                _ = WireCard(entry: WireLog.Entry(number: number, exchange: exchange)).html
            }
        }
    }

    @Test func filtersAnything() {
        var numbers = Numbers(state: 8)
        let alphabet = Array("password=\":{}[]&;,\\u0070 \r\n-/@%?<token\u{FF}".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &numbers)).compactMap { _ in
                alphabet.randomElement(using: &numbers)
            }
            _ = WireText.visible(SecretFilter.head(bytes))
            for type in ["application/json", "multipart/form-data", "application/x-www-form-urlencoded"] {
                _ = WireText.visible(SecretFilter.content(bytes, type: type))
            }
        }
    }
}
