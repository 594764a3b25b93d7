import NIOCore
import Testing

@testable import HTTPWire

@Suite("Compressed content that expands without measure", .calculation)
struct CodingBombTests {
    private static let codings = ContentCoding.supported.filter { $0 != .identity }

    /// So many bytes of zeros, as small as the coding makes them.
    private static func bomb(_ coding: ContentCoding, _ count: Int) throws -> ByteBuffer {
        let compressor = try Compressor(coding)
        var output = ByteBuffer()
        let zeros = ByteBuffer(repeating: 0, count: 1 << 20)
        for _ in 0..<(count >> 20) { try compressor.compress(zeros, into: &output) }
        try compressor.finish(into: &output)
        return output
    }

    /// How much comes out before the error.
    private static func expand(
        _ bomb: ByteBuffer,
        _ codings: [ContentCoding],
        _ limits: Decompressor.Limits
    ) throws -> (count: Int, error: ContentCodingError?) {
        let decoder = try ContentDecoder(codings, limits: limits)
        var (input, output, count) = (bomb, ByteBuffer(), 0)
        do throws(ContentCodingError) {
            while true {
                output.clear()
                let some = try decoder.decode(&input, into: &output, upTo: 65_536)
                count += some
                if some < 65_536 { break }
            }
            try decoder.finish()
            return (count, nil)
        } catch {
            return (count, error)
        }
    }

    @Test("is held to the ratio", arguments: codings)
    func ratio(coding: ContentCoding) throws {
        let bomb = try Self.bomb(coding, 16 << 20)
        #expect(bomb.readableBytes < 100_000)
        let (count, error) = try Self.expand(bomb, [coding], .init())
        #expect(error == .ratioLimitExceeded(250))
        #expect(count <= 250 * bomb.readableBytes + (2 << 20))
        let (whole, none) = try Self.expand(bomb, [coding], .init(maximumRatio: .max))
        #expect(whole == 16 << 20 && none == nil)
    }

    @Test("is held to the length", arguments: codings)
    func length(coding: ContentCoding) throws {
        let bomb = try Self.bomb(coding, 16 << 20)
        let limits = Decompressor.Limits(maximumOutput: 10_000_000, maximumRatio: .max)
        let (count, error) = try Self.expand(bomb, [coding], limits)
        #expect(error == .outputLimitExceeded(10_000_000))
        #expect(count <= 10_000_000)
    }

    @Test("is held to the ratio in a stack, in whatever codings", arguments: codings, codings)
    func stack(inner: ContentCoding, outer: ContentCoding) throws {
        var data = try Self.bomb(inner, 16 << 20)
        data = try ContentCodingTests.compress(data, outer)
        let (count, error) = try Self.expand(data, [inner, outer], .init())
        #expect(error == .ratioLimitExceeded(250))
        #expect(count <= 250 * data.readableBytes + (2 << 20))
    }
}
