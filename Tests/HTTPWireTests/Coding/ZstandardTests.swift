#if Zstandard
    import NIOCore
    import Testing

    @testable import HTTPWire

    @Suite("Zstandard (RFC 8878)", .calculation)
    struct ZstandardTests {
        /// What the tool `zstd` makes of "hello hello hello hello\n", with a checksum at the end.
        private static let hello: [UInt8] = [
            0x28, 0xB5, 0x2F, 0xFD, 0x24, 0x18, 0x6D, 0x00, 0x00, 0x38, 0x68, 0x65, 0x6C, 0x6C, 0x6F, 0x20, 0x0A, 0x01,
            0x00, 0x99, 0x4B, 0x11, 0xA8, 0x7C, 0x2E, 0xA8,
        ]
        private static let text = ByteBuffer(string: "hello hello hello hello\n")
        /// A frame to be skipped, with three bytes.
        private static let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0x03, 0x00, 0x00, 0x00, 0x61, 0x62, 0x63]

        /// A frame with one raw block.
        private static func frame(_ content: [UInt8] = [], window: UInt8 = 0x00, dictionary: UInt8? = nil) -> [UInt8] {
            let head: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, dictionary == nil ? 0x00 : 0x01, window]
            let block = content.count << 3 | 1
            let blockHead = [UInt8(truncatingIfNeeded: block), UInt8(truncatingIfNeeded: block >> 8), 0]
            return head + (dictionary.map { [$0] } ?? []) + blockHead + content
        }

        /// What comes out of it. Byte by byte the outcome must be the same.
        private static func outcome(_ bytes: [UInt8]) throws -> (ByteBuffer, ContentCodingError?) {
            let (content, error) = try ContentCodingTests.outcome(ByteBuffer(bytes: bytes), .zstd)
            let decompressor = try Decompressor(.zstd)
            var output = ByteBuffer()
            do {
                try ContentCodingTests.feed(ByteBuffer(bytes: bytes), to: decompressor, into: &output)
                try decompressor.finish()
                #expect(error == nil && output == content)
            } catch is ContentCodingError {
                #expect(error != nil)
            }
            return (content, error)
        }

        @Test("is read as other programs write it, and not without its end")
        func known() throws {
            for (bytes, content) in [
                (Self.hello, Self.text), (Self.frame(), ByteBuffer()), (Self.frame([0x61]), ByteBuffer(string: "a")),
            ] {
                let (result, error) = try Self.outcome(bytes)
                #expect(result == content && error == nil)
                for count in 1..<bytes.count {
                    let (result, error) = try Self.outcome(Array(bytes[..<count]))
                    #expect(error == .truncated)
                    #expect(content.readableBytesView.starts(with: result.readableBytesView))
                }
            }
        }

        @Test("is several frames, of which some add nothing (section 3.1)")
        func frames() throws {
            for (bytes, content) in [
                (Self.frame([0x61]) + Self.frame([0x62]), "ab"), (Self.skipped, ""), (Self.skipped + Self.skipped, ""),
                (Self.skipped + Self.frame([0x61]) + Self.skipped + Self.frame() + Self.frame([0x62]), "ab"),
                (Self.frame([0x61]) + Self.skipped, "a"), ([0x5F] + Self.skipped.dropFirst() + Self.frame([0x61]), "a"),
            ] {
                let (result, error) = try Self.outcome(bytes)
                #expect(String(buffer: result) == content && error == nil)
                let (_, cut) = try Self.outcome(Array(bytes.dropLast()))
                #expect(cut == .truncated)
            }
            let many = Array(repeatElement(Self.frame([0x61]) + Self.skipped, count: 5_000).joined())
            let content = try ContentCodingTests.decompress(ByteBuffer(bytes: many), .zstd)
            #expect(content == ByteBuffer(repeating: 0x61, count: 5_000))
        }

        @Test("ends where it ends", arguments: [[0], [0x61, 0x62], [0xB5, 0x2F, 0xFD], [0x1F, 0x8B]] as [[UInt8]])
        func trailingData(bytes: [UInt8]) throws {
            let (content, error) = try Self.outcome(Self.hello + bytes)
            #expect(content == Self.text)
            #expect(error == .trailingData)
        }

        @Test("has windows of at most 8 MiB (RFC 9659 section 3)")
        func windows() throws {
            // The byte has the exponent above 1 KiB in 5 bits, and eighths of that in 3.
            for window in [0x00, 0x67, 0x68] as [UInt8] {
                let (content, error) = try Self.outcome(Self.frame([0x61], window: window))
                #expect(String(buffer: content) == "a" && error == nil)
            }
            for window in [0x69, 0x70, 0x88, 0xFF] as [UInt8] {
                let (content, error) = try Self.outcome(Self.frame([0x61], window: window))
                #expect(content.readableBytes == 0 && error == .windowLimitExceeded(8 << 20))
            }
            // A frame in one segment has a window of its whole length, here 9 MiB.
            let (_, error) = try Self.outcome([0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0x00, 0x00, 0x90, 0x00, 0x01, 0x00, 0x00])
            #expect(error == .windowLimitExceeded(8 << 20))
        }

        @Test(
            "is refused where it is malformed",
            arguments: [
                // Another magic number, a reserved bit, a reserved block, a block that is too long.
                [0x28, 0xB5, 0x2F, 0xFE, 0x00, 0x00], [0x27, 0xB5, 0x2F, 0xFD, 0x28, 0x00, 0x01, 0x00, 0x00],
                [0x28, 0xB5, 0x2F, 0xFD, 0x08, 0x00, 0x01, 0x00, 0x00],
                [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x00, 0x07, 0x00, 0x00],
                [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x00, 0x01, 0x00, 0xFF], Array("not compressed".utf8),
            ] as [[UInt8]]
        )
        func malformed(bytes: [UInt8]) throws {
            let (content, error) = try Self.outcome(bytes)
            #expect(content.readableBytes == 0)
            if case .corrupt = error {} else { Issue.record("\(String(describing: error))") }
        }

        @Test("has no dictionary")
        func dictionary() throws {
            let (_, error) = try Self.outcome(Self.frame([0x61], dictionary: 5))
            #expect(error == .corrupt("preset dictionary"))
            // 0 stands for none (section 3.1.1.1.3).
            let (content, none) = try Self.outcome(Self.frame([0x61], dictionary: 0))
            #expect(String(buffer: content) == "a" && none == nil)
        }

        @Test("gives out the content before it tells that its checksum is wrong, or its end missing")
        func damagedEnd() throws {
            var damaged = Self.hello
            damaged[damaged.count - 1] ^= 1
            let (content, error) = try Self.outcome(damaged)
            #expect(content == Self.text)
            if case .corrupt = error {} else { Issue.record("\(String(describing: error))") }

            let long = ContentCodingTests.content(400_000)
            let whole = try ContentCodingTests.compress(long, .zstd)
            let half = try #require(whole.getSlice(at: 0, length: whole.readableBytes / 2))
            let (result, cut) = try ContentCodingTests.outcome(half, .zstd)
            #expect(result.readableBytes > 100_000 && cut == .truncated)
            #expect(long.readableBytesView.starts(with: result.readableBytesView))
        }

        @Test("never crashes on damaged data")
        func damage() throws {
            let content = ContentCodingTests.content(300)
            let whole = Array(try ContentCodingTests.compress(content, .zstd).readableBytesView)
            for index in whole.indices {
                for bit in 0..<8 {
                    var damaged = whole
                    damaged[index] ^= 1 << bit
                    _ = try Self.outcome(damaged)
                }
            }
        }

        @Test("can be read on when there is nothing to read")
        func patience() throws {
            let decompressor = try Decompressor(.zstd)
            var (input, output) = (ByteBuffer(bytes: Self.hello.dropLast(3)), ByteBuffer())
            for _ in 0..<100 { try decompressor.decompress(&input, into: &output) }
            #expect(output == Self.text)
            input = ByteBuffer(bytes: Self.hello.suffix(3))
            try decompressor.decompress(&input, into: &output)
            try decompressor.finish()
        }

        @Test("is written with a small window, whatever the content's length", arguments: [nil, 10, 600_000, 1 << 24])
        func window(length: Int?) throws {
            let compressor = try Compressor(.zstd, contentLength: length)
            var output = ByteBuffer()
            try compressor.compress(ContentCodingTests.content(10), into: &output)
            try compressor.flush(into: &output)
            try compressor.finish(into: &output)
            // No dictionary, no checksum, no length; then the window.
            #expect(output.getBytes(at: 4, length: 2) == [0x00, length == 10 ? 0x00 : 9 << 3])
        }
    }
#endif
