import HTTPTypes
import NIOCore
import TestProcesses
import Testing

@testable import HTTPWire

@Suite("Field blocks of HTTP/2", .calculation)
struct HTTP2MessageDecoderTests {
    private func bytes(_ hex: String) -> ByteBuffer {
        let digits = Array(hex.filter { $0 != " " })
        return ByteBuffer(
            bytes: stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
        )
    }

    private func head(_ decoder: inout HTTP2MessageDecoder, _ block: ByteBuffer) throws -> RequestHead? {
        guard case .message(let head) = try decoder.decodeRequest(block, stream: 1, endsStream: true) else {
            return nil
        }
        return head
    }

    @Test(
        "The requests of RFC 7541 appendix C",
        arguments: [
            // C.3, and C.4 with Huffman's code.
            [
                "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
                "8286 84be 5808 6e6f 2d63 6163 6865",
                "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
            ],
            [
                "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
                "8286 84be 5886 a8eb 1064 9cbf",
                "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
            ],
        ]
    )
    func appendix(blocks: [String]) throws {
        var decoder = HTTP2MessageDecoder()
        let heads = try blocks.map { try head(&decoder, bytes($0)) }
        #expect(heads.map { $0?.target.raw } == ["/", "/", "/index.html"])
        #expect(heads.allSatisfy { $0?.host == "www.example.com" && $0?.version == .http2 && $0?.isPersistent == true })
        #expect(heads[1]?.fields.value(.cacheControl) == "no-cache")
        #expect(heads[2]?.fields.value(.init("custom-key")!) == "custom-value")
    }

    @Test("S9: a :path that is not encoded reads as over HTTP/1.1")
    func rawPath() throws {
        func target(_ path: [UInt8]) throws -> String? {
            var block = bytes("8286 4101 61 04")
            block.writeInteger(UInt8(path.count))
            block.writeBytes(path)
            var decoder = HTTP2MessageDecoder()
            return try head(&decoder, block)?.target.raw
        }
        #expect(try target(Array("/caf\u{E9}?q=100%".utf8)) == "/caf%C3%A9?q=100%")
        #expect(try target([0x2F, 0xFC, 0x7B]) == "/%FC%7B")
        for path in ["/%", "/a b", "/a#b", "/\u{7F}", "http://a/"] { #expect(try target(Array(path.utf8)) == nil) }
    }

    @Test("Every byte goes through Huffman's code and back")
    func huffman() {
        let code = HuffmanCode.shared
        for length in 0..<40 {
            let text = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ length &* 31) }
            for bytes in [text, Array(0...255)] {
                var coded: [UInt8] = []
                bytes.withUnsafeBytes { bytes in code.encode(bytes) { coded.append($0) } }
                var back: [UInt8] = []
                let isValid = coded.withUnsafeBytes { code.decode($0, to: &back) }
                #expect(isValid && back == bytes)
                #expect(coded.count == bytes.withUnsafeBytes { code.encodedCount($0) })
            }
        }
    }

    @Test("Random bytes never do more harm than an error", arguments: 0..<20)
    func noise(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<500 {
            var decoder = HTTP2MessageDecoder()
            let count = Int.random(in: 0..<60, using: &generator)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try? decoder.decodeRequest(ByteBuffer(bytes: noise), stream: 1, endsStream: true)
            decoder = HTTP2MessageDecoder()
            _ = try? decoder.decodeResponse(ByteBuffer(bytes: noise), to: .get, stream: 1, endsStream: true)
            var reader = HTTP2FrameReader(of: .client, blockLimit: 1_000, continuationLimit: 3)
            let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
            reader.append(ByteBuffer(bytes: HTTP2FrameReader.preface + settings + noise))
            events: while true {
                switch reader.next() {
                case .needsMoreBytes: break events
                case .failed(let error) where error.stream == nil: break events
                default: continue
                }
            }
        }
    }

    @Test("Frames may be cut anywhere")
    func pieces() {
        var bytes = ByteBuffer()
        bytes.writeHTTP2Settings([(.initialWindowSize, 7)])
        bytes.writeHTTP2Headers(stream: 1, endsStream: false, maximumFrameSize: 4) {
            $0.writeStaticString("0123456789")
        }
        bytes.writeHTTP2FrameHead(.data, .endStream, stream: 1, length: 3)
        bytes.writeStaticString("abc")
        bytes.writeHTTP2Ping(9, isAcknowledgement: false)
        bytes.writeHTTP2GoAway(lastStream: 3, .noError, text: "bye")
        let expected = [
            "settings([(identifier: 4, value: 7)])", "headers 1 0123456789 false", "data 1 abc 3 true", "ping(9)",
            "goAway 3 0 bye",
        ]
        var clientBytes = ByteBuffer(bytes: HTTP2FrameReader.preface)
        clientBytes.writeImmutableBuffer(bytes)
        let ends: [(HTTP2Endpoint, ByteBuffer)] = [(.client, clientBytes), (.server, bytes)]
        for (peer, bytes) in ends {
            for cut in 0...bytes.readableBytes {
                #expect(words(of: bytes, from: peer, cutAt: cut) == expected, "\(peer), cut at \(cut)")
            }
        }
    }

    private func words(of bytes: ByteBuffer, from peer: HTTP2Endpoint, cutAt cut: Int) -> [String] {
        var reader = HTTP2FrameReader(of: peer, blockLimit: 100, continuationLimit: 10)
        var seen: [String] = []
        for part in [0..<cut, cut..<bytes.readableBytes] {
            reader.append(bytes.getSlice(at: part.lowerBound, length: part.count) ?? ByteBuffer())
            events: while true {
                switch reader.next() {
                case .needsMoreBytes: break events
                case .headers(let stream, let block, let ends):
                    seen.append("headers \(stream) \(String(buffer: block)) \(ends)")
                case .data(let stream, let bytes, let flowBytes, let ends):
                    seen.append("data \(stream) \(String(buffer: bytes)) \(flowBytes) \(ends)")
                case .goAway(let last, let code, let text):
                    seen.append("goAway \(last) \(code) \(String(buffer: text))")
                case .failed(let error):
                    seen.append("\(error)")
                    break events
                case let event: seen.append("\(event)")
                }
            }
        }
        return seen
    }

    @Test("What the encoder says is what the decoder understands, also when the peer's memory changes")
    func encoder() throws {
        let common = FieldSectionEncoder.CommonFields([.server: "x", .contentType: "text/plain", .init("a")!: "b"])
        let other = FieldSectionEncoder.CommonFields([.server: "y"])
        var encoder = FieldSectionEncoder()
        var decoder = FieldSectionDecoder()
        func fields(_ write: (inout FieldSectionEncoder, inout ByteBuffer) -> Void) throws -> [String] {
            var block = ByteBuffer()
            write(&encoder, &block)
            var lines: [String] = []
            try decoder.decode(block, limit: 10_000) { field in
                lines.append(
                    String(decoding: field.name, as: UTF8.self) + ": " + String(decoding: field.value, as: UTF8.self)
                )
            }
            return lines + ["\(block.readableBytes)"]
        }
        func response(_ common: FieldSectionEncoder.CommonFields) throws -> [String] {
            try fields { encoder, block in
                encoder.prepare(common)
                encoder.begin(&block)
                encoder.write(status: 200, to: &block)
                encoder.write(common, to: &block)
            }
        }
        let lines = [":status: 200", "server: x", "content-type: text/plain", "a: b"]
        #expect(try response(common).dropLast() == lines[...])
        #expect(try response(common) == lines + ["4"])
        #expect(try response(other).dropLast() == [":status: 200", "server: y"])
        #expect(try response(other) == [":status: 200", "server: y", "2"])
        encoder.limitTable(to: 0)
        #expect(try response(common).dropLast() == lines[...])
        #expect(try #require(Int(response(common).last ?? "")) > 4)
        encoder.limitTable(to: 10_000)
        #expect(try response(common).dropLast() == lines[...])
        #expect(try response(common) == lines + ["4"])
        let single = try fields { encoder, block in
            encoder.begin(&block)
            encoder.write(status: 418, to: &block)
            encoder.write(HTTPField(name: .contentType, value: "text/plain"), to: &block)
            encoder.write(HTTPField(name: .setCookie, value: "c=d"), to: &block)
            encoder.write(contentLength: 1_234_567, to: &block)
        }
        #expect(
            single.dropLast() == [
                ":status: 418", "content-type: text/plain", "set-cookie: c=d", "content-length: 1234567",
            ]
        )
    }
}
