import NIOCore
import Testing

@testable import Martlet

@Suite("S7: the protocols that a TLS client offers (RFC 7301 section 3.1)")
struct OfferedProtocolsTests {
    /// A ClientHello with these extensions, as a handshake message.
    private static func message(_ extensions: [UInt8]?) -> [UInt8] {
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32)
        body += [2, 0xAA, 0xBB]  // The session.
        body += [0, 4, 0x13, 1, 0xC0, 0x2F]  // The cipher suites.
        body += [1, 0]  // The compression methods.
        if let extensions { body += [UInt8(extensions.count >> 8), UInt8(extensions.count & 0xFF)] + extensions }
        return [1, 0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    /// The handshake message in records with fragments of this many bytes.
    private static func records(_ message: [UInt8], fragment: Int = 16_384) -> [UInt8] {
        stride(from: 0, to: message.count, by: fragment).flatMap { start -> [UInt8] in
            let part = message[start..<min(start + fragment, message.count)]
            return [22, 3, 1, UInt8(part.count >> 8), UInt8(part.count & 0xFF)] + part
        }
    }

    /// Extended master secret, and what is given.
    private static func extensions(_ alpn: [UInt8]) -> [UInt8] { [0, 23, 0, 0] + alpn }

    private static let h2AndHTTP1: [UInt8] = [0, 16, 0, 14, 0, 12, 2, 0x68, 0x32, 8] + Array("http/1.1".utf8)
    private static let foo: [UInt8] = [0, 16, 0, 6, 0, 4, 3, 0x66, 0x6F, 0x6F]

    private static func read(_ bytes: some Sequence<UInt8>) -> OfferedProtocols.Answer {
        var offered = OfferedProtocols()
        return offered.read(ByteBuffer(bytes: bytes))
    }

    static let hellos: [(String, [UInt8], [String]?)] = [
        ("none offered", message(extensions([])), nil),
        ("no extensions", message(nil), nil),
        ("two", message(extensions(h2AndHTTP1)), ["h2", "http/1.1"]),
        ("one", message(extensions(foo)), ["foo"]),
        ("an empty list", message(extensions([0, 16, 0, 2, 0, 0])), nil),
        ("an empty name", message(extensions([0, 16, 0, 3, 0, 1, 0])), nil),
        ("a list that is too long for its extension", message(extensions([0, 16, 0, 4, 0, 4, 1, 0x61])), nil),
        ("a name that is too long for its list", message(extensions([0, 16, 0, 4, 0, 2, 9, 0x61])), nil),
        ("bytes after the list", message(extensions([0, 16, 0, 5, 0, 2, 1, 0x61, 0])), nil),
        ("an extension that is cut off", message([0, 16, 0, 9, 0]), nil),
        ("bytes after the extensions", message(extensions(foo)).enumerated().map { $0 == 3 ? $1 + 1 : $1 } + [0], nil),
    ]

    @Test("are the same however the ClientHello is cut into reads and records", arguments: hellos)
    func cuts(_ name: String, _ message: [UInt8], _ names: [String]?) {
        let expected = OfferedProtocols.Answer.known(names?.map { Array($0.utf8) })
        for fragment in [1, 3, 4, 5, 50, 16_384] {
            let bytes = Self.records(message, fragment: fragment)
            #expect(Self.read(bytes) == expected, "in records of \(fragment)")
            for end in bytes.indices {
                var offered = OfferedProtocols()
                #expect(offered.read(ByteBuffer(bytes: bytes[..<end])) == .needsMoreBytes)
                #expect(
                    offered.read(ByteBuffer(bytes: bytes[end...])) == expected,
                    "in records of \(fragment), at \(end)"
                )
            }
            var offered = OfferedProtocols()
            let answers = bytes.map { offered.read(ByteBuffer(bytes: [$0])) }
            #expect(answers.last == expected)
            #expect(answers.dropLast().allSatisfy { $0 == .needsMoreBytes })
        }
    }

    @Test("are not looked for in what is no ClientHello, or in one that is too long")
    func others() {
        #expect(Self.read(Array("GET / HTTP/1.1\r\n".utf8)) == .known(nil))
        #expect(Self.read([21, 3, 3, 0, 2, 2, 40]) == .known(nil))
        #expect(Self.read([22, 3, 1, 0, 4, 2, 0, 0, 0]) == .known(nil))
        #expect(Self.read([22, 3, 1, 0x40, 0, 1, 0, 0x80, 1]) == .known(nil))
        #expect(Self.read([22, 3, 1, 0x40, 0, 1, 0, 0x80, 0]) == .needsMoreBytes)
        // An empty record is the TLS library's to refuse.
        #expect(
            Self.read([22, 3, 1, 0, 0] + Self.records(Self.message(Self.extensions(Self.foo))))
                == Self.read(Self.records(Self.message(Self.extensions(Self.foo))))
        )
        #expect(Self.read([]) == .needsMoreBytes)
    }
}
