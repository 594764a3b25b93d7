import CZlib
import NIOCore

/// Decompresses content piece by piece (gzip, RFC 1952; deflate, RFC 1950 and, as some servers send it, RFC 1951).
///
///     let decompressor = try Decompressor(.gzip)
///     var input = received
///     try decompressor.decompress(&input, into: &output)
///     try decompressor.finish()
///
/// Several gzip members in a row are read as one content. Zeros after the data are ignored, as by gzip: files are
/// padded with them. If the data turn out to be damaged, the content before the damage is delivered first. A
/// decompressor belongs to one isolation domain; it takes about 40 KiB until it is released.
public final class Decompressor {
    /// Limits of the output, so that a few bytes cannot fill the memory.
    public struct Limits: Sendable, Hashable {
        /// How many bytes may come out in all. 1 GiB by default.
        public var maximumOutput: Int
        /// How many times as long as its compressed data the content may be. 250 by default; deflate can reach 1032.
        public var maximumRatio: Int
        /// Up to how many bytes of content the ratio does not matter. 1 MiB by default.
        public var ratioExemption: Int

        /// These limits.
        public init(maximumOutput: Int = 1 << 30, maximumRatio: Int = 250, ratioExemption: Int = 1 << 20) {
            self.maximumOutput = maximumOutput
            self.maximumRatio = maximumRatio
            self.ratioExemption = ratioExemption
        }
    }

    private enum State {
        /// No byte of the current stream or member has come in.
        case start
        /// The first byte of deflated data has come in; the second one tells the format.
        case firstByte(UInt8)
        case inside
        /// The last member is complete.
        case end
        /// Nothing more can be read. If there is an error, it has not been thrown yet.
        case failed(ContentCodingError?)
    }

    /// The coding that it undoes.
    public let coding: ContentCoding
    /// The limits that the content has to keep.
    public let limits: Limits

    private let stream: UnsafeMutablePointer<z_stream>
    private var state = State.start
    private var totalInput = 0
    private var totalOutput = 0

    /// A decompressor for this coding; with `.identity` it only copies.
    ///
    /// - Throws: `ContentCodingError.unsupported` or `.outOfMemory`.
    public init(_ coding: ContentCoding, limits: Limits = Limits()) throws(ContentCodingError) {
        self.coding = coding
        self.limits = limits
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard coding.isSupported else { throw .unsupported(coding) }
        guard coding != .identity else { return }
        let windowBits: Int32 = coding == .gzip ? 15 + 16 : 15
        let result = inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else { throw .outOfMemory }
    }

    deinit {
        // Harmless for a stream that was never set up.
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Decompresses the readable bytes of `input`, moves its reader index over what was read, and appends the content.
    ///
    /// - Parameter limit: How many bytes this call may append; none by default. When as many were appended there may be
    ///   more to come, even if `input` has been read to its end: call again, with more input or with the same, until
    ///   fewer are.
    /// - Returns: how many bytes were appended.
    /// - Throws: `ContentCodingError` if the data are not in the format, something follows them, or a limit is
    ///   exceeded. The decompressor can't be used after that. Damage after good content, a wrong checksum say, is
    ///   reported by the next call, or by `finish`.
    @discardableResult
    public func decompress(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int = .max
    ) throws(ContentCodingError) -> Int {
        try checkFailure()
        let before = totalOutput
        do {
            if coding == .identity {
                try copy(&input, into: &output, upTo: limit)
            } else {
                try inflate(&input, into: &output, upTo: limit)
            }
        } catch {
            let isLater = totalOutput > before && error.spoilsOnlyTheRest
            state = .failed(isLater ? error : nil)
            if !isLater { throw error }
        }
        return totalOutput - before
    }

    /// Throws the error that has not been reported yet; `finished` when it has been.
    private func checkFailure() throws(ContentCodingError) {
        guard case .failed(let untold) = state else { return }
        state = .failed(nil)
        throw untold ?? .finished
    }

    /// Checks that the compressed data were complete. No data at all count as empty content.
    ///
    /// - Throws: `ContentCodingError.truncated` if they were not; the error that has not been reported yet.
    public func finish() throws(ContentCodingError) {
        try checkFailure()
        switch state {
        case .end, .failed: return
        case .start where totalInput == 0 || coding == .identity: return
        case .start, .firstByte, .inside: throw .truncated
        }
    }

    private func copy(_ input: inout ByteBuffer, into output: inout ByteBuffer, upTo limit: Int)
        throws(ContentCodingError)
    {
        guard var piece = input.readSlice(length: min(input.readableBytes, max(limit, 0))) else { return }
        guard piece.readableBytes <= max(0, limits.maximumOutput - totalOutput) else {
            throw .outputLimitExceeded(limits.maximumOutput)
        }
        totalOutput += piece.readableBytes
        output.writeBuffer(&piece)
    }
}

extension Decompressor {
    private func inflate(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int
    ) throws(ContentCodingError) {
        var remaining = limit
        while remaining > 0 {
            switch state {
            case .start:
                guard let byte = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return }
                guard coding == .deflate else {
                    state = .inside
                    continue
                }
                input.moveReaderIndex(forwardBy: 1)
                totalInput += 1
                state = .firstByte(byte)
            case .firstByte(let first):
                guard let second = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return }
                try detectFormat(first, second)
                state = .inside
            case .inside:
                let (count, isMore) = try inflateSome(&input, into: &output, upTo: remaining)
                remaining -= count
                if !isMore { return }
            case .end:
                guard let byte = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return }
                if byte == 0 {
                    let padding = input.readableBytesView.prefix { $0 == 0 }.count
                    input.moveReaderIndex(forwardBy: padding)
                    continue
                }
                // Another gzip member starts with 0x1F (RFC 1952 section 2.3.1).
                guard coding == .gzip, byte == 0x1F else { throw .trailingData }
                inflateReset(stream)
                state = .inside
            case .failed:
                throw .finished
            }
        }
    }

    /// Decides between the zlib format and raw deflated data (RFC 1950 section 2.2), and feeds the first byte.
    private func detectFormat(_ first: UInt8, _ second: UInt8) throws(ContentCodingError) {
        let isZlib = first & 0x0F == 8 && first >> 4 <= 7 && (UInt16(first) << 8 | UInt16(second)) % 31 == 0
        guard isZlib || inflateReset2(stream, -15) == Z_OK else { throw .corrupt("no format") }
        // The header byte, or the first of the data, produces no output by itself.
        var byte = first
        var nowhere: UInt8 = 0
        let result = withUnsafeMutableBytes(of: &nowhere) { space in
            withUnsafeBytes(of: &byte) { bytes in
                stream.setInput(bytes)
                _ = stream.setOutput(space)
                return CZlib.inflate(stream, Z_NO_FLUSH)
            }
        }
        guard result == Z_OK || result == Z_BUF_ERROR, stream.pointee.avail_out == 1 else {
            throw .corrupt(stream.message)
        }
    }

    /// Calls zlib once.
    ///
    /// - Returns: how many bytes came out, and whether there may be more to do.
    private func inflateSome(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int
    ) throws(ContentCodingError) -> (count: Int, isMore: Bool) {
        let available = input.readableBytes
        // Small steps, so that the limits are checked before much has come out. One byte more than the limit leaves is
        // allowed, so that content of exactly the limit is not an error.
        let step = 1 << 16
        let rest = max(0, limits.maximumOutput - totalOutput)
        let allowed = min(limit, rest < step ? rest + 1 : step)
        let expected = min(allowed, available < step / 4 ? max(256, available * 4) : step)
        var result = Z_OK
        var count = 0
        input.readWithUnsafeReadableBytes { bytes in
            stream.setInput(bytes)
            count = output.writeWithUnsafeMutableBytes(minimumWritableBytes: expected) { space in
                let size = stream.setOutput(UnsafeMutableRawBufferPointer(rebasing: space.prefix(allowed)))
                result = CZlib.inflate(stream, Z_NO_FLUSH)
                return size - Int(stream.pointee.avail_out)
            }
            return Int(UInt32(clamping: bytes.count)) - Int(stream.pointee.avail_in)
        }
        let isFull = stream.pointee.avail_out == 0
        totalInput += available - input.readableBytes
        totalOutput += count
        guard totalOutput <= limits.maximumOutput else { throw .outputLimitExceeded(limits.maximumOutput) }
        if totalOutput > limits.ratioExemption, totalOutput / max(1, limits.maximumRatio) > totalInput {
            throw .ratioLimitExceeded(limits.maximumRatio)
        }
        switch result {
        case Z_STREAM_END:
            state = .end
            return (count, true)
        case Z_OK: return (count, isFull || input.readableBytes > 0)
        // There is room for output, so it needs more input.
        case Z_BUF_ERROR: return (count, false)
        case Z_MEM_ERROR: throw .outOfMemory
        case Z_NEED_DICT: throw .corrupt("preset dictionary")
        default: throw .corrupt(stream.message)
        }
    }
}

extension UnsafeMutablePointer<z_stream> {
    /// The reason that zlib gives for the last error.
    fileprivate var message: String {
        pointee.msg.map { String(cString: $0) } ?? "invalid data"
    }
}
