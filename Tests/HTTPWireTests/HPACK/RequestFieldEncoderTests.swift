import HTTPTypes
import NIOCore
import TestProcesses
import Testing

@testable import HTTPWire

@Suite("HPACK: what a client sends", .calculation)
struct RequestFieldEncoderTests {
    private var encoder = RequestFieldEncoder()

    private mutating func block(_ isSecure: Bool = false, _ path: String = "/", _ fields: HTTPFields = [:])
        -> ByteBuffer
    {
        var block = ByteBuffer()
        encoder.begin(&block)
        encoder.write(method: .get, isSecure: isSecure, authority: "www.example.com", path: path, to: &block)
        for field in fields { encoder.write(field, to: &block) }
        return block
    }

    private mutating func hex(_ isSecure: Bool = false, _ path: String = "/", _ fields: HTTPFields = [:]) -> String {
        block(isSecure, path, fields).readableBytesView.map {
            $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16)
        }
        .joined()
    }

    @Test("The requests of RFC 7541 appendix C.4, with the pseudo-headers in another order")
    mutating func appendix() throws {
        #expect(hex() == "8286" + "418cf1e3c2e5f23a6ba0ab90f4ff" + "84")
        #expect(hex(false, "/", [.cacheControl: "no-cache"]) == "8286" + "be" + "84" + "5886a8eb10649cbf")
        let custom = HTTPField(name: try #require(HTTPField.Name("custom-key")), value: "custom-value")
        #expect(
            hex(true, "/index.html", [custom.name: custom.value])
                == "8287" + "bf" + "85" + "408825a849e95ba97d7f8925a849e95bb8e8b4bf"
        )
        // All of it is remembered.
        #expect(hex(true, "/index.html", [custom.name: custom.value, .cacheControl: "no-cache"]) == "8287c085bebf")
    }

    @Test("What differs from request to request is not remembered, and secrets are marked (RFC 7541 section 7.1.3)")
    mutating func memory() {
        let never: HTTPFields = [.authorization: "Basic YTpi", .proxyAuthorization: "x", .cookie: "a=b"]
        let plain: HTTPFields = [.ifNoneMatch: "\"a\"", .range: "bytes=0-1"]
        for _ in 0..<2 {
            for field in never {
                var block = ByteBuffer()
                encoder.write(field, to: &block)
                #expect(block.readableBytesView.first.map { $0 & 0xF0 } == 0x10, "\(field)")
            }
            for field in plain {
                var block = ByteBuffer()
                encoder.write(field, to: &block)
                #expect(block.readableBytesView.first.map { $0 & 0xF0 } == 0x00, "\(field)")
            }
        }
        // A long cookie can't be guessed, and is the same every time.
        let session = HTTPField(name: .cookie, value: "session=0123456789abcdef")
        var (first, second) = (ByteBuffer(), ByteBuffer())
        encoder.write(session, to: &first)
        encoder.write(session, to: &second)
        #expect(second.readableBytes == 1 && first.readableBytes > 16)
    }

    @Test("A field says itself how it is to be treated")
    mutating func strategies() throws {
        var field = HTTPField(name: .authorization, value: "x")
        // The index of the name is 23.
        for (strategy, bytes) in [(.disallow, [0x1F, 8]), (.avoid, [0x0F, 8]), (.prefer, [0x57])]
            as [(HTTPField.DynamicTableIndexingStrategy, [UInt8])]
        {
            field.indexingStrategy = strategy
            var block = ByteBuffer()
            encoder.write(field, to: &block)
            #expect(Array(block.readableBytesView.prefix(bytes.count)) == bytes)
        }
    }

    @Test("The server may change how much it remembers, at any time")
    mutating func sizes() throws {
        var decoder = FieldSectionDecoder()
        var generator = SeededGenerator(seed: 7)
        let names = try (0..<30).map { try #require(HTTPField.Name("x-\($0)")) }
        for round in 0..<2_000 {
            if round % 7 == 0 {
                encoder.limitTable(to: [0, 100, 500, 4_096, 1 << 30].randomElement(using: &generator) ?? 0)
            }
            var fields: HTTPFields = [:]
            for _ in 0..<Int.random(in: 0..<8, using: &generator) {
                let length = Int.random(in: 0..<200, using: &generator)
                let name = names.randomElement(using: &generator) ?? .accept
                fields.append(HTTPField(name: name, value: String(repeating: "\(length % 3)", count: length)))
            }
            var lines: [String] = []
            try decoder.decode(block(true, "/\(round % 5)", fields), limit: 100_000) { field in
                lines.append(
                    String(decoding: field.name, as: UTF8.self) + ": " + String(decoding: field.value, as: UTF8.self)
                )
            }
            let expected =
                [":method: GET", ":scheme: https", ":authority: www.example.com", ":path: /\(round % 5)"]
                + fields.map { "\($0.name.canonicalName): \($0.value)" }
            #expect(lines == expected)
        }
    }
}
