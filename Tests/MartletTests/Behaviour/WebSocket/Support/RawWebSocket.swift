import HTTPWire
import NIOCore
import Testing

@testable import Martlet

extension HTTPServer {
    /// The server's root for WebSockets.
    var webSocketURL: String { "ws" + url.dropFirst(4) }
}

/// A handler that sends back what it gets.
func echo(compression: WebSocketCompression = .off, maximumMessageSize: Int? = nil) -> HTTPServer.Handler {
    { request in
        let socket = try await WebSocket.upgrade(
            request,
            compression: compression,
            maximumMessageSize: maximumMessageSize
        )
        for try await message in socket { try await socket.send(message) }
    }
}

/// A WebSocket in raw bytes.
final class RawWebSocket: Sendable {
    struct Frame {
        let first: UInt8
        let payload: [UInt8]
        var opcode: UInt8 { first & 0x0F }
        var text: String { String(decoding: payload, as: UTF8.self) }
        var closeCode: UInt16? {
            opcode == 8 && payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
        }
    }

    let raw: RawClient

    /// Goes through the opening handshake.
    init(_ server: HTTPServer, receiveBuffer: Int? = nil, target: String = "/", _ fields: String...) async throws {
        raw = try await server.connect(receiveBuffer: receiveBuffer)
        let standard = [
            "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        raw.send("GET \(target) HTTP/1.1\r\nHost: a\r\n" + (standard + fields).map { $0 + "\r\n" }.joined() + "\r\n")
        let head = try await raw.receive(through: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 101 "))
    }

    func send(_ bytes: [UInt8]) {
        raw.send(ByteBuffer(bytes: bytes))
    }

    func bytes(_ count: Int) async throws -> [UInt8] {
        try await raw.receiveBytes(count)
    }

    /// The next frame of the server's.
    func frame() async throws -> Frame {
        let head = try await bytes(2)
        var length = Int(head[1])
        if length == 126 || length == 127 {
            length = try await bytes(length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
        }
        return Frame(first: head[0], payload: try await bytes(length))
    }

    /// A client's frame, made by code that shares nothing with the library's.
    static func masked(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var bytes = [first]
        switch payload.count {
        case ...125: bytes.append(0x80 | UInt8(payload.count))
        case ...65_535: bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: bytes += [0xFF] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let key: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        bytes += key
        bytes.reserveCapacity(bytes.count + payload.count)
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ key[index & 3]) }
        return bytes
    }

    static func masked(_ first: UInt8, _ text: String) -> [UInt8] {
        masked(first, Array(text.utf8))
    }
}

extension WebSocket {
    /// The answer to a key.
    static func accept(_ key: String) -> String { WebSocketHandshake.accept(key) }
}

/// Bytes from hexadecimal digits; everything else is left out.
func hexBytes(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue).map(UInt8.init)
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Serves ``echo(compression:maximumMessageSize:)`` while `test` runs.
func withEcho(
    compression: WebSocketCompression = .off,
    maximumMessageSize: Int? = nil,
    test: (HTTPServer) async throws -> Void
) async throws {
    let handler = echo(compression: compression, maximumMessageSize: maximumMessageSize)
    try await withServer(.bare, handler, test: test)
}
