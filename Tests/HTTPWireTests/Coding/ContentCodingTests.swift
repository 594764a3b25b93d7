import NIOCore
import Testing

@testable import HTTPWire

@Suite("Content codings (RFC 9110 section 8.4.1)", .calculation)
struct ContentCodingTests {
    @Test(
        "have names",
        arguments: [
            ("gzip", .gzip), ("GZip", .gzip), ("x-gzip", .gzip), ("deflate", .deflate), ("identity", .identity),
            ("br", .br), ("Zstd", .zstd), ("brotli", nil), ("compress", nil), ("", nil), ("gzip ", nil),
        ] as [(String, ContentCoding?)]
    )
    func names(token: String, coding: ContentCoding?) {
        #expect(ContentCoding(token) == coding)
    }

    @Test("are known by name where their library is not built in", arguments: [ContentCoding.br, .zstd])
    func unsupported(coding: ContentCoding) {
        #expect(ContentCoding.supported.contains(coding) == coding.isSupported)
        #expect(ContentCoding(coding.description) == coding)
        guard !coding.isSupported else { return }
        #expect(ContentCoding.codings(in: ["gzip, \(coding)"]) == nil)
        #expect(throws: ContentCodingError.unsupported(coding)) { _ = try Compressor(coding) }
        #expect(throws: ContentCodingError.unsupported(coding)) { _ = try Decompressor(coding) }
    }

    @Test("are preferred in one order, and named in that of browsers")
    func orders() {
        let all: [ContentCoding] = [.zstd, .br, .gzip, .deflate, .identity]
        #expect(ContentCoding.supported == all.filter(\.isSupported))
        let names = ["gzip", "deflate"] + [ContentCoding.br, .zstd].filter(\.isSupported).map(\.description)
        #expect(ContentCoding.accepted == names.joined(separator: ", "))
        #if Brotli && Zstandard
            #expect(ContentCoding.accepted == "gzip, deflate, br, zstd")
        #endif
    }

    @Test("give back what went in", arguments: ContentCoding.supported, [0, 1, 5, 255, 65_535, 300_000])
    func roundTrip(coding: ContentCoding, count: Int) throws {
        let content = Self.content(count)
        for level in [nil, -5, 0, 1, 6, 9, 99] {
            let compressed = try Self.compress(content, coding, level: level)
            #expect(try Self.decompress(compressed, coding) == content)
        }
    }

    @Test("work byte by byte, with flushes between", arguments: ContentCoding.supported)
    func byteByByte(coding: ContentCoding) throws {
        let content = Self.content(2000)
        let compressor = try Compressor(coding)
        let decompressor = try Decompressor(coding)
        var result = ByteBuffer()
        for (index, byte) in content.readableBytesView.enumerated() {
            var compressed = ByteBuffer()
            try compressor.compress(ByteBuffer(bytes: [byte]), into: &compressed)
            if index % 100 == 0 {
                try compressor.flush(into: &compressed)
                try Self.feed(compressed, to: decompressor, into: &result)
                #expect(result == content.getSlice(at: 0, length: index + 1), "flushed content can be read at once")
            } else {
                try Self.feed(compressed, to: decompressor, into: &result)
            }
        }
        var end = ByteBuffer()
        try compressor.finish(into: &end)
        try Self.feed(end, to: decompressor, into: &result)
        try decompressor.finish()
        #expect(result == content)
    }

    @Test("read what other programs write")
    func knownData() throws {
        // Made with Python's gzip, zlib and zlib with raw windows from "hello hello hello hello\n".
        let known: [(ContentCoding, [UInt8])] = [
            (
                .gzip,
                [
                    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57,
                    0xC8, 0x40, 0x27, 0xB9, 0x00, 0x00, 0x88, 0x59, 0x0B, 0x18, 0x00, 0x00, 0x00,
                ]
            ),
            (
                .deflate,
                [0x78, 0x9C, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x27, 0xB9, 0x00, 0x70, 0xBE, 0x08, 0xBB]
            ),
            (.deflate, [0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x27, 0xB9, 0x00]),
        ]
        for (coding, bytes) in known {
            #expect(
                try Self.decompress(ByteBuffer(bytes: bytes), coding) == ByteBuffer(string: "hello hello hello hello\n")
            )
            let decompressor = try Decompressor(coding)
            var output = ByteBuffer()
            try Self.feed(ByteBuffer(bytes: bytes), to: decompressor, into: &output)
            try decompressor.finish()
            #expect(output == ByteBuffer(string: "hello hello hello hello\n"))
            for count in 1..<bytes.count {
                #expect(throws: ContentCodingError.truncated) {
                    try Self.decompress(ByteBuffer(bytes: bytes[..<count]), coding)
                }
            }
        }
    }

    @Test("take several gzip members for one content (RFC 1952 section 2.2)")
    func members() throws {
        var compressed = try Self.compress(ByteBuffer(string: "one "), .gzip)
        compressed.writeImmutableBuffer(try Self.compress(ByteBuffer(), .gzip))
        compressed.writeImmutableBuffer(try Self.compress(ByteBuffer(string: "two"), .gzip))
        #expect(try Self.decompress(compressed, .gzip) == ByteBuffer(string: "one two"))
        let decompressor = try Decompressor(.gzip)
        var output = ByteBuffer()
        try Self.feed(compressed, to: decompressor, into: &output)
        try decompressor.finish()
        #expect(output == ByteBuffer(string: "one two"))
    }

    @Test(
        "refuse what follows the data",
        arguments: [ContentCoding.gzip, .deflate],
        [[0x20, 0x1F], [0x78, 0x9C], [0, 0, 1]] as [[UInt8]]
    )
    func trailingData(coding: ContentCoding, bytes: [UInt8]) throws {
        var compressed = try Self.compress(Self.content(100), coding)
        compressed.writeBytes(bytes)
        let (content, error) = try Self.outcome(compressed, coding)
        #expect(content == Self.content(100))
        #expect(error == .trailingData)
    }

    @Test(
        "C5: ignore zeros behind the data, before another gzip member too",
        arguments: [ContentCoding.gzip, .deflate]
    )
    func padding(coding: ContentCoding) throws {
        let content = Self.content(100)
        var compressed = try Self.compress(content, coding)
        compressed.writeRepeatingByte(0, count: 70_000)
        var (result, error) = try Self.outcome(compressed, coding)
        #expect(result == content)
        #expect(error == nil)
        let decompressor = try Decompressor(coding)
        var output = ByteBuffer()
        try Self.feed(compressed, to: decompressor, into: &output)
        try decompressor.finish()
        #expect(output == content)
        guard coding == .gzip else { return }
        compressed.writeImmutableBuffer(try Self.compress(content, coding))
        (result, error) = try Self.outcome(compressed, coding)
        #expect(result.readableBytes == 200)
        #expect(error == nil)
    }

    @Test(
        "C5: give out the content before they tell that its end is damaged",
        arguments: [ContentCoding.gzip, .deflate],
        [1, 100, 100_000]
    )
    func damagedEnd(coding: ContentCoding, count: Int) throws {
        let content = Self.content(count)
        let whole = Array(try Self.compress(content, coding).readableBytesView)
        // The checksum is in the last 4 bytes of deflate; in gzip the length follows it.
        var damaged = whole
        damaged[whole.count - (coding == .gzip ? 5 : 1)] ^= 1
        var (result, error) = try Self.outcome(ByteBuffer(bytes: damaged), coding)
        #expect(result == content)
        if case .corrupt = error {} else { Issue.record("\(String(describing: error))") }
        (result, error) = try Self.outcome(ByteBuffer(bytes: whole.dropLast()), coding)
        #expect(result == content)
        #expect(error == .truncated)
        guard count > 1000 else { return }
        (result, error) = try Self.outcome(ByteBuffer(bytes: whole.prefix(whole.count / 2)), coding)
        #expect(result.readableBytes > count / 4)
        #expect(content.readableBytesView.starts(with: result.readableBytesView))
        #expect(error == .truncated)
    }

    @Test(
        "C4: are read from a list, as any (RFC 9110 sections 5.6.1.2 and 8.4)",
        arguments: [
            ([], []), (["gzip"], [.gzip]), (["gzip, identity"], [.gzip]), (["identity"], []), ([""], []),
            ([",, ,"], []),
            (["deflate, gzip"], [.deflate, .gzip]), (["deflate", "GZIP"], [.deflate, .gzip]),
            (["\t, x-gzip ,,Deflate "], [.gzip, .deflate]), (["identity", "x-GZip,"], [.gzip]),
            (["gzip, compress"], nil), (["gzip;q=1"], nil), (["gzip deflate"], nil),
            (["gzip,gzip,gzip,gzip", "gzip, identity"], [.gzip, .gzip, .gzip, .gzip, .gzip]),
            (["gzip,gzip,gzip,gzip,gzip,gzip"], nil),
        ] as [([String], [ContentCoding]?)]
    )
    func lists(values: [String], codings: [ContentCoding]?) {
        #expect(ContentCoding.codings(in: values) == codings)
    }

    @Test(
        "C4: are undone one after the other",
        arguments: [
            [], [.identity], [.gzip], [.deflate, .gzip], [.gzip, .deflate], [.gzip, .identity, .gzip],
            [.gzip, .gzip, .deflate, .gzip, .deflate],
        ] as [[ContentCoding]]
    )
    func stacks(codings: [ContentCoding]) throws {
        for content in [ByteBuffer(), Self.content(1), Self.content(200_000)] {
            var data = content
            for coding in codings { data = try Self.compress(data, coding) }
            for (size, limit) in [(1 << 20, Int.max), (1 << 20, 777), (1000, 64), (1, Int.max)] {
                if size == 1, content.readableBytes > 1 { continue }
                let decoder = try ContentDecoder(codings)
                var (rest, output) = (data, ByteBuffer())
                while var piece = rest.readSlice(length: min(size, rest.readableBytes)), piece.readableBytes > 0 {
                    while try decoder.decode(&piece, into: &output, upTo: limit) == limit {}
                    #expect(piece.readableBytes == 0)
                }
                try decoder.finish()
                #expect(output == content)
            }
            guard codings.count > 1, data.readableBytes > 30 else { continue }
            let decoder = try ContentDecoder(codings)
            var (cut, output) = (data, ByteBuffer())
            cut.moveWriterIndex(to: cut.writerIndex - 1)
            try decoder.decode(&cut, into: &output)
            #expect(output == content, "the content comes before the error")
            #expect(throws: ContentCodingError.truncated) { try decoder.finish() }
        }
    }

    @Test("C4: a stack is held to the ratio as one, and content before damage comes first")
    func stackLimits() throws {
        var bomb = ByteBuffer(repeating: 0, count: 8 << 20)
        for _ in 0..<2 { bomb = try Self.compress(bomb, .gzip) }
        let generous = Decompressor.Limits(maximumRatio: 1100)
        let decoder = try ContentDecoder([.gzip, .gzip], limits: generous)
        var (input, output) = (bomb, ByteBuffer())
        #expect(throws: ContentCodingError.ratioLimitExceeded(1100)) {
            while try decoder.decode(&input, into: &output, upTo: 65_536) > 0 {}
        }
        #expect(output.readableBytes < 3 << 20)

        var inner = try Self.compress(Self.content(300), .deflate)
        inner.writeBytes([1])
        let damaged = try ContentDecoder([.deflate, .gzip])
        input = try Self.compress(inner, .gzip)
        output.clear()
        #expect(try damaged.decode(&input, into: &output) == 300)
        #expect(throws: ContentCodingError.trailingData) { try damaged.decode(&input, into: &output) }
        #expect(throws: ContentCodingError.finished) { try damaged.finish() }
    }

    @Test(
        "never crash on damaged data, and notice every damaged byte of the content",
        arguments: [ContentCoding.gzip, .deflate]
    )
    func damage(coding: ContentCoding) throws {
        let content = Self.content(300)
        let compressed = Array(try Self.compress(content, coding).readableBytesView)
        for index in compressed.indices {
            for bit in 0..<8 {
                var damaged = compressed
                damaged[index] ^= 1 << bit
                guard let result = try? Self.decompress(ByteBuffer(bytes: damaged), coding) else { continue }
                // Some header bytes of gzip mean nothing for the content.
                #expect(result == content)
            }
        }
        for byte in UInt8.min ... .max {
            _ = try? Self.decompress(ByteBuffer(bytes: [byte, byte, byte, byte]), coding)
        }
        #expect(throws: ContentCodingError.self) { try Self.decompress(ByteBuffer(string: "not compressed"), .gzip) }
    }

    @Test("are of no use after an error or the end")
    func states() throws {
        let decompressor = try Decompressor(.gzip)
        var (input, output) = (ByteBuffer(string: "nonsense"), ByteBuffer())
        #expect(throws: ContentCodingError.self) { try decompressor.decompress(&input, into: &output) }
        #expect(throws: ContentCodingError.finished) { try decompressor.decompress(&input, into: &output) }
        #expect(throws: ContentCodingError.finished) { try decompressor.finish() }
        for coding in ContentCoding.supported {
            let compressor = try Compressor(coding)
            try compressor.finish(into: &output)
            #expect(throws: ContentCodingError.finished) { try compressor.finish(into: &output) }
            #expect(throws: ContentCodingError.finished) { try compressor.flush(into: &output) }
            #expect(throws: ContentCodingError.finished) { try compressor.compress(ByteBuffer(), into: &output) }
            #expect(throws: ContentCodingError.finished) { try compressor.compress(Self.content(1), into: &output) }
            try Decompressor(coding).finish()
        }
    }

    @Test("limit what comes out", arguments: ContentCoding.supported)
    func outputLimit(coding: ContentCoding) throws {
        let compressed = try Self.compress(Self.content(10_000), coding)
        let exact = Decompressor.Limits(maximumOutput: 10_000)
        #expect(try Self.decompress(compressed, coding, limits: exact).readableBytes == 10_000)
        #expect(throws: ContentCodingError.outputLimitExceeded(9_999)) {
            try Self.decompress(compressed, coding, limits: .init(maximumOutput: 9_999))
        }
        #expect(try Self.decompress(compressed, coding, limits: .init(maximumOutput: .max)).readableBytes == 10_000)
    }

    @Test("limit how much larger it is, small content aside", arguments: [ContentCoding.gzip, .deflate])
    func ratioLimit(coding: ContentCoding) throws {
        let bomb = try Self.compress(ByteBuffer(repeating: 0, count: 8 << 20), coding)
        #expect(throws: ContentCodingError.ratioLimitExceeded(250)) { try Self.decompress(bomb, coding) }
        let generous = Decompressor.Limits(maximumRatio: 1100)
        #expect(try Self.decompress(bomb, coding, limits: generous).readableBytes == 8 << 20)
        let exempt = try Self.compress(ByteBuffer(repeating: 0, count: 1 << 20), coding)
        #expect(try Self.decompress(exempt, coding).readableBytes == 1 << 20)
        #expect(throws: ContentCodingError.ratioLimitExceeded(0)) {
            try Self.decompress(exempt, coding, limits: .init(maximumRatio: 0, ratioExemption: 0))
        }
    }

    @Test("can be read in portions", arguments: ContentCoding.supported)
    func portions(coding: ContentCoding) throws {
        let content = Self.content(100_000)
        var input = try Self.compress(content, coding)
        let decompressor = try Decompressor(coding)
        var output = ByteBuffer()
        while true {
            let count = try decompressor.decompress(&input, into: &output, upTo: 777)
            #expect(count <= 777)
            if count < 777 { break }
        }
        try decompressor.finish()
        #expect(output == content)
        #expect(try decompressor.decompress(&input, into: &output, upTo: -1) == 0)
    }

    static func content(_ count: Int) -> ByteBuffer {
        var state: UInt32 = 1
        return ByteBuffer(
            bytes: (0..<count).map { index -> UInt8 in
                state = state &* 1_664_525 &+ 1_013_904_223
                return index % 3 == 0 ? UInt8(truncatingIfNeeded: state >> 24) : 0x61
            }
        )
    }

    static func compress(_ content: ByteBuffer, _ coding: ContentCoding, level: Int? = nil) throws -> ByteBuffer {
        let compressor = try Compressor(coding, level: level)
        var output = ByteBuffer()
        try compressor.compress(content, into: &output)
        try compressor.finish(into: &output)
        return output
    }

    static func decompress(
        _ data: ByteBuffer,
        _ coding: ContentCoding,
        limits: Decompressor.Limits = .init()
    ) throws -> ByteBuffer {
        let decompressor = try Decompressor(coding, limits: limits)
        var (input, output) = (data, ByteBuffer())
        try decompressor.decompress(&input, into: &output)
        try decompressor.finish()
        #expect(input.readableBytes == 0)
        return output
    }

    /// What comes out, and the error behind it.
    static func outcome(_ data: ByteBuffer, _ coding: ContentCoding) throws -> (ByteBuffer, ContentCodingError?) {
        let decompressor = try Decompressor(coding)
        var (input, output) = (data, ByteBuffer())
        do throws(ContentCodingError) {
            try decompressor.decompress(&input, into: &output)
            try decompressor.decompress(&input, into: &output)
            try decompressor.finish()
            return (output, nil)
        } catch {
            return (output, error)
        }
    }

    static func feed(_ data: ByteBuffer, to decompressor: Decompressor, into output: inout ByteBuffer) throws {
        for byte in data.readableBytesView {
            var piece = ByteBuffer(bytes: [byte])
            try decompressor.decompress(&piece, into: &output)
        }
    }
}
