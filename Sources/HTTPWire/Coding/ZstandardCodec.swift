#if Zstandard
    import CZstandard
    import NIOCore

    /// Zstandard (RFC 8878), by libzstd.
    enum ZstandardCodec: ContentCodec {
        /// The largest window that data may have, as a power of 2: the 8 MiB of RFC 9659 section 3.
        fileprivate static var largestAcceptedWindow: Int { 23 }

        static func makeCompression(level: Int?, length: Int?) throws(ContentCodingError) -> any CompressionStream {
            try ZstandardCompression(level: level ?? 3, window: window(for: length, atLeast: 10))
        }

        static func makeDecompression() throws(ContentCodingError) -> any DecompressionStream {
            try ZstandardDecompression(largestWindow: largestAcceptedWindow)
        }
    }

    private final class ZstandardCompression: CompressionStream {
        private let context: OpaquePointer

        init(level: Int, window: Int) throws(ContentCodingError) {
            guard let context = ZSTD_createCCtx() else { throw .outOfMemory }
            self.context = context
            // The "ultra" levels from 20 gain nothing in a window of this size.
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(min(max(level, 1), 19)))
            ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, Int32(window))
        }

        deinit {
            ZSTD_freeCCtx(context)
        }

        func compress(
            _ input: ByteBuffer,
            then step: CompressionStep,
            into output: inout ByteBuffer
        ) throws(ContentCodingError) {
            let directive =
                switch step {
                case .proceed: ZSTD_e_continue
                case .flush: ZSTD_e_flush
                case .finish: ZSTD_e_end
                }
            let isDone = input.withUnsafeReadableBytes { bytes in
                var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
                while true {
                    var rest = 0
                    let expected = max(256, (source.size - source.pos) / 2)
                    output.writeWithUnsafeMutableBytes(minimumWritableBytes: expected) { space in
                        var sink = ZSTD_outBuffer(dst: space.baseAddress, size: space.count, pos: 0)
                        rest = ZSTD_compressStream2(context, &sink, &source, directive)
                        return sink.pos
                    }
                    if ZSTD_isError(rest) != 0 { return false }
                    if step == .proceed ? source.pos == source.size : rest == 0 { return true }
                }
            }
            // Nothing else can go wrong.
            guard isDone else { throw .outOfMemory }
        }
    }

    /// Decompresses Zstandard: frames in a row are one content, and those that are to be skipped add nothing to it (RFC
    /// 8878 section 3.1). Frames that need a dictionary or a larger window are refused.
    private final class ZstandardDecompression: DecompressionStream {
        private let context: OpaquePointer
        private let largestWindow: Int
        /// Whether a frame is complete, and no other one has begun.
        private(set) var mayEnd = false
        private var isInside = false
        /// Whether the last call filled its space, so that there may be more output without more input.
        private var mayHaveOutput = false
        /// How many bytes libzstd wants next: the rest of a block, or the checksum. It gets no more at once, since it
        /// gives out nothing in a call that ends with an error.
        private var wantedInput = 1

        init(largestWindow: Int) throws(ContentCodingError) {
            guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
            self.context = context
            self.largestWindow = largestWindow
            ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(largestWindow))
        }

        deinit {
            ZSTD_freeDCtx(context)
        }

        func decompress(
            _ input: inout ByteBuffer,
            into output: inout ByteBuffer,
            upTo limit: Int
        ) throws(ContentCodingError) -> Bool {
            // Without anything to do, libzstd takes a few calls for an error.
            guard input.readableBytes > 0 || mayHaveOutput else { return false }
            guard isInside else { return try begin(&input, into: &output) }
            return try run(&input, into: &output, upTo: limit)
        }

        /// Feeds the first byte of a frame alone. A frame that libzstd sees whole it decompresses in one go, and then does
        /// not look at its window.
        private func begin(
            _ input: inout ByteBuffer,
            into output: inout ByteBuffer
        ) throws(ContentCodingError) -> Bool {
            guard let byte = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return false }
            // Frames begin with 28 B5 2F FD, those that are to be skipped with 50 to 5F.
            if mayEnd, byte != 0x28, byte & 0xF0 != 0x50 { throw .trailingData }
            isInside = true
            mayEnd = false
            wantedInput = 1
            _ = try run(&input, into: &output, upTo: 1)
            return input.readableBytes > 0
        }

        private func run(
            _ input: inout ByteBuffer,
            into output: inout ByteBuffer,
            upTo limit: Int
        ) throws(ContentCodingError) -> Bool {
            var result = 0
            input.pass(into: &output, upTo: limit) { bytes, space in
                var source = ZSTD_inBuffer(src: bytes.baseAddress, size: min(bytes.count, wantedInput), pos: 0)
                var sink = ZSTD_outBuffer(dst: space.baseAddress, size: space.count, pos: 0)
                result = ZSTD_decompressStream(context, &sink, &source)
                mayHaveOutput = sink.pos == sink.size
                return (source.pos, sink.pos)
            }
            guard ZSTD_isError(result) == 0 else { throw failure(result) }
            wantedInput = result
            if result == 0 {
                (isInside, mayEnd, mayHaveOutput) = (false, true, false)
            }
            return mayHaveOutput || input.readableBytes > 0
        }

        private func failure(_ result: Int) -> ContentCodingError {
            switch ZSTD_getErrorCode(result) {
            case ZSTD_error_memory_allocation: .outOfMemory
            case ZSTD_error_frameParameter_windowTooLarge: .windowLimitExceeded(1 << largestWindow)
            case ZSTD_error_dictionary_wrong: .corrupt("preset dictionary")
            default: .corrupt(ZSTD_getErrorName(result).map { String(cString: $0) } ?? "invalid data")
            }
        }
    }
#endif
