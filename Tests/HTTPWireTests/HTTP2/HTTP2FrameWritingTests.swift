import HTTPTypes
import NIOCore
import Testing

@testable import HTTPWire

/// The bytes of frames that are written.
@Suite struct HTTP2FrameWritingTests {
    private func response(_ content: String, stream: UInt32 = 1, block: [UInt8] = [0x88, 0xBE]) -> [UInt8] {
        var bytes = ByteBuffer(bytes: [0xFF])
        Array(content.utf8).withUnsafeBytes {
            bytes.writeHTTP2Response(stream: stream, block: block, content: $0)
        }
        return Array(bytes.readableBytesView.dropFirst())
    }

    @Test("A whole response is HEADERS and DATA")
    func whole() {
        let head: [UInt8] = [0, 0, 6, 0x1, 0x4, 0x01, 0x02, 0x03, 0x05, 0x88, 0xBE, 0x0F, 0x0D, 0x01, 0x35]
        let data: [UInt8] = [0, 0, 5, 0x0, 0x1, 0x01, 0x02, 0x03, 0x05] + "hello".utf8
        #expect(response("hello", stream: 0x0102_0305) == head + data)
    }

    @Test("Without content, HEADERS end the stream")
    func empty() {
        #expect(response("") == [0, 0, 6, 0x1, 0x5, 0, 0, 0, 1, 0x88, 0xBE, 0x0F, 0x0D, 0x01, 0x30])
    }

    @Test("The length has as many digits as it needs", arguments: [1, 9, 10, 99, 100, 999, 1_000, 10_000, 16_383])
    func lengths(_ count: Int) throws {
        let bytes = response(String(repeating: "a", count: count))
        let digits = Array("\(count)".utf8)
        #expect(Array(bytes[9..<14 + digits.count]) == [0x88, 0xBE, 0x0F, 0x0D, UInt8(digits.count)] + digits)
        #expect(bytes.count == 9 + 5 + digits.count + 9 + count)
    }

    @Test("It is what the other ways of writing give")
    func same() throws {
        let common = FieldSectionEncoder.CommonFields([.server: "x", .contentType: "text/plain"])
        var encoder = FieldSectionEncoder()
        #expect(!encoder.remembers(common))
        var first = ByteBuffer()
        encoder.write(common, to: &first)
        #expect(encoder.remembers(common))
        var expected = ByteBuffer()
        expected.writeHTTP2Headers(stream: 7, endsStream: false, maximumFrameSize: 16_384) { block in
            encoder.begin(&block)
            encoder.write(status: 200, to: &block)
            encoder.write(common, to: &block)
            encoder.write(contentLength: 12, to: &block)
        }
        expected.writeHTTP2FrameHead(.data, .endStream, stream: 7, length: 12)
        expected.writeString("Hello, world")
        let block = Array(FieldSectionEncoder.defaultBlock(common).readableBytesView)
        #expect(response("Hello, world", stream: 7, block: block) == Array(expected.readableBytesView))
        encoder.limitTable(to: 0)
        #expect(!encoder.remembers(common))
    }
}
