#if Brotli
    import NIOCore
    import Testing

    @testable import HTTPWire

    @Suite("Brotli (RFC 7932)", .calculation)
    struct BrotliTests {
        /// What the tool `brotli` makes of "hello hello hello hello\n".
        private static let hello: [UInt8] = [
            0xA1, 0xB8, 0x00, 0xC0, 0x6F, 0xA4, 0x74, 0xF3, 0x26, 0xAA, 0x32, 0xB4, 0x56, 0x00, 0x61, 0x7B, 0x53, 0x8A,
            0xC8, 0x13, 0x07, 0x74, 0xB5, 0x00,
        ]

        @Test("is read as other programs write it, whole and byte by byte, and not without its end")
        func known() throws {
            let text = ByteBuffer(string: "hello hello hello hello\n")
            for (bytes, content) in [
                // The others are empty, the first of them with a window of 16 MiB.
                (Self.hello, text), ([0x3F], ByteBuffer()), ([0x06], ByteBuffer()),
            ] {
                #expect(try ContentCodingTests.decompress(ByteBuffer(bytes: bytes), .br) == content)
                let decompressor = try Decompressor(.br)
                var output = ByteBuffer()
                try ContentCodingTests.feed(ByteBuffer(bytes: bytes), to: decompressor, into: &output)
                try decompressor.finish()
                #expect(output == content)
                for count in 1..<bytes.count where bytes.count > 1 {
                    #expect(throws: ContentCodingError.truncated) {
                        try ContentCodingTests.decompress(ByteBuffer(bytes: bytes[..<count]), .br)
                    }
                }
            }
        }

        @Test("ends where it ends", arguments: [[0], [0x06], [0x61, 0x62]] as [[UInt8]])
        func trailingData(bytes: [UInt8]) throws {
            let (content, error) = try ContentCodingTests.outcome(ByteBuffer(bytes: Self.hello + bytes), .br)
            #expect(content == ByteBuffer(string: "hello hello hello hello\n"))
            #expect(error == .trailingData)
        }

        @Test(
            "is refused where it is malformed",
            arguments: [
                // A "large window", which no content coding has; padding that is not zero; text.
                [0x11, 0x1E, 0x06], [0x0E, 0x01], Array("not compressed".utf8), [0xFF, 0xFF, 0xFF, 0xFF],
            ] as [[UInt8]]
        )
        func malformed(bytes: [UInt8]) throws {
            let decompressor = try Decompressor(.br)
            var (input, output) = (ByteBuffer(bytes: bytes), ByteBuffer())
            do throws(ContentCodingError) {
                try decompressor.decompress(&input, into: &output)
                try decompressor.finish()
                Issue.record("\(bytes) is read as \(output)")
            } catch {
                #expect(error.spoilsOnlyTheRest, "\(error)")
            }
        }

        @Test("never crashes on damaged data")
        func damage() throws {
            let whole = Array(try ContentCodingTests.compress(ContentCodingTests.content(300), .br).readableBytesView)
            for index in whole.indices {
                for bit in 0..<8 {
                    var damaged = whole
                    damaged[index] ^= 1 << bit
                    let limits = Decompressor.Limits(maximumOutput: 1 << 20)
                    _ = try? ContentCodingTests.decompress(ByteBuffer(bytes: damaged), .br, limits: limits)
                }
            }
        }

        @Test("gives out what came before it was cut off")
        func cut() throws {
            let content = ContentCodingTests.content(100_000)
            let whole = try ContentCodingTests.compress(content, .br)
            let half = try #require(whole.getSlice(at: 0, length: whole.readableBytes / 2))
            let (result, error) = try ContentCodingTests.outcome(half, .br)
            #expect(result.readableBytes > 25_000)
            #expect(content.readableBytesView.starts(with: result.readableBytesView))
            #expect(error == .truncated)
        }

        @Test("is written with a small window, whatever the content's length", arguments: [nil, 10, 600_000, 1 << 24])
        func window(length: Int?) throws {
            let compressor = try Compressor(.br, contentLength: length)
            var output = ByteBuffer()
            try compressor.compress(ContentCodingTests.content(10), into: &output)
            try compressor.finish(into: &output)
            // RFC 7932 section 9.1: 19 bits, 512 KiB, are written 0101, and 10 bits 0100001.
            let first = try #require(output.readableBytesView.first)
            #expect(length == 10 ? first & 0x7F == 0b010_0001 : first & 0x0F == 0b0101)
        }
    }
#endif
