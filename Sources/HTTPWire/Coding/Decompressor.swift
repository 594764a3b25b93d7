import NIOCore

/// Decompresses content piece by piece, in any ``ContentCoding/supported`` coding. As some servers send it, deflate may
/// lack the zlib format around it.
///
///     let decompressor = try Decompressor(.gzip)
///     var input = received
///     try decompressor.decompress(&input, into: &output)
///     try decompressor.finish()
///
/// Several gzip members, or Zstandard frames, in a row are read as one content. Zeros after gzip and deflate are ignored,
/// as by gzip: files are padded with them. If the data turn out to be damaged, the content before the damage is delivered
/// first, as far as the format allows.
///
/// A decompressor belongs to one isolation domain. Until it is released it takes memory: about 40 KiB for gzip and
/// deflate; for Zstandard and Brotli as much as the window of the data, which may have 8 MiB and 16 MiB.
public final class Decompressor {
    /// Limits of the output, so that a few bytes cannot fill the memory.
    public struct Limits: Sendable, Hashable {
        /// How many bytes may come out in all. 1 GiB by default.
        public var maximumOutput: Int
        /// How many times as long as its compressed data the content may be. 250 by default; deflate can reach 1032,
        /// Brotli and Zstandard many thousands.
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
        case open
        /// Nothing more can be read. If there is an error, it has not been thrown yet.
        case failed(ContentCodingError?)
    }

    /// The coding that it undoes.
    public let coding: ContentCoding
    /// The limits that the content has to keep.
    public let limits: Limits

    private let stream: any DecompressionStream
    private var state = State.open
    private var totalInput = 0
    private var totalOutput = 0

    /// A decompressor for this coding; with `.identity` it only copies.
    ///
    /// - Throws: `ContentCodingError.unsupported` or `.outOfMemory`.
    public init(_ coding: ContentCoding, limits: Limits = Limits()) throws(ContentCodingError) {
        guard let codec = coding.codec else { throw .unsupported(coding) }
        self.coding = coding
        self.limits = limits
        stream = try codec.makeDecompression()
    }

    /// Decompresses the readable bytes of `input`, moves its reader index over what was read, and appends the content.
    ///
    /// - Parameter input: The next compressed bytes; they are consumed.
    /// - Parameter output: The buffer that the bytes are appended to.
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
            while totalOutput - before < limit {
                let rest = limit - (totalOutput - before)
                guard try step(&input, into: &output, upTo: rest) else { break }
            }
        } catch {
            let isLater = totalOutput > before && error.spoilsOnlyTheRest
            state = .failed(isLater ? error : nil)
            if !isLater { throw error }
        }
        return totalOutput - before
    }

    /// Checks that the compressed data were complete. No data at all count as empty content.
    ///
    /// - Throws: `ContentCodingError.truncated` if they were not; the error that has not been reported yet.
    public func finish() throws(ContentCodingError) {
        try checkFailure()
        guard totalInput == 0 || stream.mayEnd else { throw .truncated }
    }

    /// Throws the error that has not been reported yet; `finished` when it has been.
    private func checkFailure() throws(ContentCodingError) {
        guard case .failed(let untold) = state else { return }
        state = .failed(nil)
        throw untold ?? .finished
    }

    /// Takes one small step, so that the limits are checked before much has come out.
    ///
    /// - Returns: Whether there may be more to do.
    private func step(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int
    ) throws(ContentCodingError) -> Bool {
        // One byte more than the limit leaves is allowed, so that content of exactly the limit is not an error.
        let size = 1 << 16
        let allowance = max(0, limits.maximumOutput - totalOutput)
        let (unread, written) = (input.readableBytes, output.readableBytes)
        var isMore = false
        var failure: ContentCodingError?
        do {
            let allowed = min(limit, allowance < size ? allowance + 1 : size)
            isMore = try stream.decompress(&input, into: &output, upTo: allowed)
        } catch {
            failure = error
        }
        totalInput += unread - input.readableBytes
        totalOutput += output.readableBytes - written
        guard totalOutput <= limits.maximumOutput else { throw .outputLimitExceeded(limits.maximumOutput) }
        if totalOutput > limits.ratioExemption, totalOutput / max(1, limits.maximumRatio) > totalInput,
            coding != .identity
        {
            throw .ratioLimitExceeded(limits.maximumRatio)
        }
        if let failure { throw failure }
        return isMore
    }
}
