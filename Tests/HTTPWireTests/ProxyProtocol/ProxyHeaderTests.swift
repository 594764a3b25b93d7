import HTTPWire
import NIOCore
import Testing

@Suite("ProxyHeader")
struct ProxyHeaderTests {
    /// What is read of bytes that arrive in pieces: the header and how many bytes follow it, an error, or nothing.
    private func outcome(_ pieces: [ArraySlice<UInt8>]) -> String {
        var buffer = ByteBuffer()
        var result: String?
        for piece in pieces {
            buffer.writeBytes(piece)
            guard result == nil else { continue }
            do throws(ProxyHeaderError) {
                guard let header = try ProxyHeader.read(from: &buffer) else { continue }
                result = header.connection.map { "\(text($0.source)) > \(text($0.destination))" } ?? "unknown"
            } catch {
                return "\(error)"
            }
        }
        return result.map { "\($0) + \(buffer.readableBytes)" } ?? "more"
    }

    private func text(_ endpoint: ProxyHeader.Endpoint) -> String { "\(endpoint.host) \(endpoint.port)" }

    private func expect(_ bytes: [UInt8], _ expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for pieces in Pieces.ways(of: bytes) {
            #expect(outcome(pieces) == expected, "\(pieces.map(Array.init))", sourceLocation: sourceLocation)
        }
    }

    // MARK: Version 1

    @Test(
        "of version 1 is a line",
        arguments: [
            ("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", "192.0.2.1 56324 > 198.51.100.7 443"),
            (
                "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
                "255.255.255.255 65535 > 255.255.255.255 65535"
            ),
            ("PROXY TCP4 0.0.0.0 1.2.3.4 0 80\r\n", "0.0.0.0 0 > 1.2.3.4 80"),
            ("PROXY TCP6 2001:db8::1 ::1 1 2\r\n", "2001:db8::1 1 > ::1 2"),
            ("PROXY TCP6 2001:DB8:0:0:0:0:0:1 ::ffff:192.0.2.1 1 2\r\n", "2001:db8::1 1 > ::ffff:192.0.2.1 2"),
            (
                "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                    + "65535 65535\r\n",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 > ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535"
            ),
            ("PROXY UNKNOWN\r\n", "unknown"),
            ("PROXY UNKNOWN anything \r at all\r\n", "unknown"),
            (
                "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                    + "65535 65535\r\n",
                "unknown"
            ),
        ]
    )
    func line(text: String, expected: String) {
        for rest in ["", "GET / HTTP/1.1\r\n", "\n\n"] {
            let bytes = Array((text + rest).utf8)
            // What follows may come later.
            var whole = ByteBuffer(bytes: bytes)
            #expect(throws: Never.self) { try ProxyHeader.read(from: &whole) }
            #expect(whole.readableBytes == rest.utf8.count)
            expect(bytes, "\(expected) + \(rest.utf8.count)")
        }
        for end in 0..<text.utf8.count { #expect(outcome([Array(text.utf8)[..<end]]) == "more") }
    }

    @Test(
        "of version 1 has one form",
        arguments: [
            "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\n", "PROXY TCP4 192.0.2.1 198.51.100.7 56324\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443 \r\n", "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443 1\r\n",
            "PROXY  TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", "PROXY TCP4 192.0.2.1  198.51.100.7 56324 443\r\n",
            "PROXY TCP4 192.0.2.01 198.51.100.7 56324 443\r\n", "PROXY TCP4 192.0.2.256 198.51.100.7 56324 443\r\n",
            "PROXY TCP4 192.0.2 198.51.100.7 56324 443\r\n", "PROXY TCP4 0xC0.0.2.1 198.51.100.7 56324 443\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.7 056324 443\r\n", "PROXY TCP4 192.0.2.1 198.51.100.7 65536 443\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.7 -1 443\r\n", "PROXY TCP4 192.0.2.1 198.51.100.7 00 443\r\n",
            "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 192.0.2.1 192.0.2.1 1 2\r\n",
            "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
            "PROXY TCP6 ::1::2 ::1 1 2\r\n", "PROXY TCP6 [::1] ::1 1 2\r\n", "PROXY UDP4 192.0.2.1 192.0.2.1 1 2\r\n",
            "PROXY tcp4 192.0.2.1 192.0.2.1 1 2\r\n", "PROXY UNKNOWNS\r\n", "PROXY TCP4 192.0.2.1 192.0.2.1 ١ 2\r\n",
            "PROXY \r\n", "PROXY TCP4\r\n", "PROXY TCP4 a b 1 2\r\n", "PROXY TCP4\t192.0.2.1 192.0.2.1 1 2\r\n",
        ]
    )
    func malformedLine(text: String) {
        expect(Array(text.utf8), "the line is malformed")
    }

    @Test("of version 1 ends within 107 bytes")
    func lineLimit() {
        let longest = "PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n"
        #expect(longest.utf8.count == 107)
        expect(Array(longest.utf8), "unknown + 0")
        let longer = "PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n"
        expect(Array(longer.utf8), "the line is longer than 107 bytes")
        #expect(outcome([Array(longest.utf8.prefix(106))[...]]) == "more")
        #expect(outcome([Array(longer.utf8.prefix(107))[...]]) == "the line is longer than 107 bytes")
    }

    @Test(
        "is missing where the bytes begin with something else, as soon as that shows",
        arguments: [
            "GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}", "PROXX", "PROXYTCP4",
            "proxy TCP4",
            " PROXY UNKNOWN\r\n", "\r\n", "\r\n\r\nPROXY UNKNOWN\r\n",
        ]
    )
    func missing(text: String) {
        guard text != "\r\n" else { return expect(Array(text.utf8), "more") }
        expect(Array(text.utf8), "there is no PROXY header")
    }

    // MARK: Version 2

    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let ipv4: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 7, 0xDC, 0x04, 0x01, 0xBB]
    private static let ipv6: [UInt8] =
        [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1] + [UInt8](repeating: 0, count: 10)
        + [0xFF, 0xFF, 192, 0, 2, 1, 0, 1, 0xFF, 0xFF]

    private func binary(_ command: UInt8, _ family: UInt8, _ payload: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? payload.count
        return Self.signature + [command, family, UInt8(length >> 8), UInt8(length & 0xFF)] + payload
    }

    @Test("of version 2 has addresses in binary form")
    func addresses() {
        let rest = Array("GET".utf8)
        expect(binary(0x21, 0x11, Self.ipv4) + rest, "192.0.2.1 56324 > 198.51.100.7 443 + 3")
        expect(binary(0x21, 0x21, Self.ipv6) + rest, "2001:db8::1 1 > ::ffff:192.0.2.1 65535 + 3")
        let unix = Array("/run/a.sock".utf8) + [UInt8](repeating: 0, count: 205)
        expect(binary(0x21, 0x31, unix) + rest, "unknown + 3")
        expect(binary(0x21, 0x00, []) + rest, "unknown + 3")
        expect(binary(0x21, 0x00, [1, 2, 3]) + rest, "unknown + 3")
        // The sender's own connection, whatever it says.
        expect(binary(0x20, 0x00, []) + rest, "unknown + 3")
        expect(binary(0x20, 0x11, Self.ipv4) + rest, "unknown + 3")
        expect(binary(0x20, 0xFF, [1, 2, 3]) + rest, "unknown + 3")
        let whole = binary(0x21, 0x11, Self.ipv4)
        for end in whole.indices { #expect(outcome([whole[..<end]]) == "more") }
    }

    @Test("of version 2 may have additional values, which have to fill it")
    func values() {
        let expected = "192.0.2.1 56324 > 198.51.100.7 443 + 0"
        let good: [[UInt8]] = [
            [0x04, 0, 0], [0x04, 0, 2, 7, 7], [0x02, 0, 1, 0x61, 0xEA, 0, 0],
            [0xFF, 1, 0] + [UInt8](repeating: 0, count: 256),
        ]
        for values in good { expect(binary(0x21, 0x11, Self.ipv4 + values), expected) }
        let bad: [[UInt8]] = [
            [0x04], [0x04, 0], [0x04, 0, 1], [0x04, 0, 0, 0x04, 0], [0x04, 0xFF, 0xFF, 0], [0x03, 0, 3, 1, 2, 3],
            [0x03, 0, 5, 1, 2, 3, 4, 5],
        ]
        for values in bad { expect(binary(0x21, 0x11, Self.ipv4 + values), "the additional values are malformed") }
    }

    @Test("of version 2 may have a checksum, which has to be right")
    func checksum() {
        // Computed by another program.
        let sum: [UInt8] = [0xD4, 0x5A, 0x11, 0xB9]
        let whole = binary(0x21, 0x11, Self.ipv4 + [0x03, 0, 4] + sum)
        expect(whole, "192.0.2.1 56324 > 198.51.100.7 443 + 0")
        for index in whole.indices where index == 16 || index > 24 && index < 28 || index > 30 {
            var changed = whole
            changed[index] ^= 0x40
            expect(changed, "the checksum is wrong")
        }
        let twice = Self.ipv4 + [0x03, 0, 4] + sum + [0x03, 0, 4] + sum
        expect(binary(0x21, 0x11, twice), "the additional values are malformed")
    }

    @Test("of version 2 is refused where it is none of those that there are")
    func refused() {
        expect(binary(0x11, 0x11, Self.ipv4), "version 1 is unknown")
        expect(binary(0x01, 0x11, Self.ipv4), "version 0 is unknown")
        expect(binary(0x22, 0x11, Self.ipv4), "command 2 is unknown")
        expect(binary(0x2F, 0x11, Self.ipv4), "command 15 is unknown")
        // Datagrams, and what is not assigned.
        expect(binary(0x21, 0x12, Self.ipv4), "0x12 is no family of streams")
        expect(binary(0x21, 0x01, Self.ipv4), "0x01 is no family of streams")
        expect(binary(0x21, 0x41, Self.ipv4), "0x41 is no family of streams")
        expect(binary(0x21, 0x11, Array(Self.ipv4.dropLast())), "11 bytes are too few for the addresses")
        expect(binary(0x21, 0x21, Self.ipv4), "12 bytes are too few for the addresses")
        expect(binary(0x21, 0x31, Self.ipv6), "36 bytes are too few for the addresses")
        expect(binary(0x21, 0x11, [], length: 4_097), "4097 bytes of addresses and values are too many")
        expect(binary(0x20, 0x00, [], length: 65_535), "65535 bytes of addresses and values are too many")
        for index in 1..<12 {
            var changed = binary(0x21, 0x11, Self.ipv4)
            changed[index] ^= 0x20
            expect(changed, "there is no PROXY header")
        }
    }

    @Test("of version 2 has 4,096 bytes of addresses and values at most")
    func longest() {
        let filling = [UInt8](repeating: 0, count: 4_096 - 12 - 3)
        let values = [0xE0, UInt8(filling.count >> 8), UInt8(filling.count & 0xFF)] + filling
        let whole = binary(0x21, 0x11, Self.ipv4 + values)
        #expect(whole.count == 16 + ProxyHeader.maximumPayloadBytes)
        expect(whole, "192.0.2.1 56324 > 198.51.100.7 443 + 0")
    }
}
