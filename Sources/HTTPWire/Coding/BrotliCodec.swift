#if Brotli
    import CBrotli
    import NIOCore

    /// Brotli (RFC 7932), by libbrotli.
    enum BrotliCodec: ContentCodec {
        static func makeCompression(level: Int?, length: Int?) throws(ContentCodingError) -> any CompressionStream {
            try BrotliCompression(
                level: level ?? 5,
                window: window(for: length, atLeast: Int(BROTLI_MIN_WINDOW_BITS)),
                length: length
            )
        }

        static func makeDecompression() throws(ContentCodingError) -> any DecompressionStream {
            try BrotliDecompression()
        }
    }

    private final class BrotliCompression: CompressionStream {
        private let encoder: OpaquePointer

        init(level: Int, window: Int, length: Int?) throws(ContentCodingError) {
            guard let encoder = BrotliEncoderCreateInstance(nil, nil, nil) else { throw .outOfMemory }
            self.encoder = encoder
            let quality = UInt32(min(max(level, Int(BROTLI_MIN_QUALITY)), Int(BROTLI_MAX_QUALITY)))
            BrotliEncoderSetParameter(encoder, BROTLI_PARAM_QUALITY, quality)
            BrotliEncoderSetParameter(encoder, BROTLI_PARAM_LGWIN, UInt32(window))
            if let length { BrotliEncoderSetParameter(encoder, BROTLI_PARAM_SIZE_HINT, UInt32(clamping: length)) }
        }

        deinit {
            BrotliEncoderDestroyInstance(encoder)
        }

        func compress(
            _ input: ByteBuffer,
            then step: CompressionStep,
            into output: inout ByteBuffer
        ) throws(ContentCodingError) {
            let operation =
                switch step {
                case .proceed: BROTLI_OPERATION_PROCESS
                case .flush: BROTLI_OPERATION_FLUSH
                case .finish: BROTLI_OPERATION_FINISH
                }
            let isDone = input.withUnsafeReadableBytes { bytes in
                var next = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                var rest = bytes.count
                repeat {
                    // The output stays in the encoder, from where it is taken: nobody has to know how much it will be.
                    var space = 0
                    guard BrotliEncoderCompressStream(encoder, operation, &rest, &next, &space, nil, nil) != 0
                    else { return false }
                    takeOutput(into: &output)
                } while rest > 0 || BrotliEncoderHasMoreOutput(encoder) != 0
                return true
            }
            // Nothing else can go wrong.
            guard isDone else { throw .outOfMemory }
        }

        private func takeOutput(into output: inout ByteBuffer) {
            while BrotliEncoderHasMoreOutput(encoder) != 0 {
                var count = 0
                guard let bytes = BrotliEncoderTakeOutput(encoder, &count) else { return }
                output.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
            }
        }
    }

    /// Decompresses Brotli. A window may have up to 16 MiB, the most that the format knows; those of the extension
    /// "large window" are refused.
    private final class BrotliDecompression: DecompressionStream {
        private let decoder: OpaquePointer
        private(set) var mayEnd = false

        init() throws(ContentCodingError) {
            guard let decoder = BrotliDecoderCreateInstance(nil, nil, nil) else { throw .outOfMemory }
            self.decoder = decoder
        }

        deinit {
            BrotliDecoderDestroyInstance(decoder)
        }

        func decompress(
            _ input: inout ByteBuffer,
            into output: inout ByteBuffer,
            upTo limit: Int
        ) throws(ContentCodingError) -> Bool {
            guard !mayEnd else {
                if input.readableBytes > 0 { throw .trailingData }
                return false
            }
            var result = BROTLI_DECODER_RESULT_ERROR
            input.pass(into: &output, upTo: limit) { bytes, space in
                var next = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                var end = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
                var (rest, room) = (bytes.count, space.count)
                result = BrotliDecoderDecompressStream(decoder, &rest, &next, &room, &end, nil)
                return (bytes.count - rest, space.count - room)
            }
            switch result {
            case BROTLI_DECODER_RESULT_SUCCESS:
                mayEnd = true
                return input.readableBytes > 0
            case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: return true
            case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: return BrotliDecoderHasMoreOutput(decoder) != 0
            default: throw failure
            }
        }

        private var failure: ContentCodingError {
            let code = BrotliDecoderGetErrorCode(decoder)
            // The codes of allocations that failed.
            if (-30 ... -21).contains(code.rawValue) { return .outOfMemory }
            return .corrupt(BrotliDecoderErrorString(code).map { String(cString: $0) } ?? "invalid data")
        }
    }
#endif
