public import NIOCore

/// Undoes all codings of content, the one applied last first (RFC 9110 section 8.4).
///
///     let decoder = try ContentDecoder([.deflate, .gzip])
///     var input = received
///     try decoder.decode(&input, into: &output)
///     try decoder.finish()
///
/// It is used like a ``Decompressor``, with the same limits: the content is measured against the input, however many
/// codings are in between.
public final class ContentDecoder {
    /// How many bytes are decompressed at once between two codings.
    private static let stepSize = 16_384

    /// The decompressors, in the order in which data pass through them.
    private let stages: [Decompressor]
    /// The output of each stage but the last that the next one has not taken yet.
    private var pending: [ByteBuffer]
    private let limits: Decompressor.Limits
    private var totalInput = 0
    private var totalOutput = 0
    /// The error that has not been reported yet.
    private var failure: ContentCodingError?

    /// A decoder for content with these codings, in the order in which they were applied.
    ///
    /// - Throws: `ContentCodingError.outOfMemory`.
    public init(_ codings: [ContentCoding], limits: Decompressor.Limits = .init()) throws(ContentCodingError) {
        var stages: [Decompressor] = []
        for coding in codings.reversed() { stages.append(try Decompressor(coding, limits: limits)) }
        if stages.isEmpty { stages.append(try Decompressor(.identity, limits: limits)) }
        self.stages = stages
        self.limits = limits
        pending = Array(repeating: ByteBuffer(), count: stages.count - 1)
    }

    /// Decodes the readable bytes of `input`, moves its reader index over what was read, and appends the content.
    ///
    /// - Parameter input: The next bytes of the coded content; they are consumed.
    /// - Parameter output: The buffer that the decoded bytes are appended to.
    /// - Parameter limit: How many bytes this call may append; none by default. When as many were appended there may be
    ///   more to come, even if `input` has been read to its end: call again until fewer are.
    /// - Returns: how many bytes were appended.
    /// - Throws: `ContentCodingError`. Damage after good content is reported by the next call, or by `finish`.
    @discardableResult
    public func decode(
        _ input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int = .max
    ) throws(ContentCodingError) -> Int {
        if let failure {
            self.failure = .finished
            throw failure
        }
        let available = input.readableBytes
        var count = 0
        do {
            while count < limit {
                let step = try fill(stages.count - 1, from: &input, into: &output, upTo: limit - count)
                guard step > 0 else { break }
                count += step
                try check(output: totalOutput + count, input: totalInput + available - input.readableBytes)
            }
        } catch {
            let isLater = count > 0 && error.spoilsOnlyTheRest
            failure = isLater ? error : .finished
            if !isLater { throw error }
        }
        totalInput += available - input.readableBytes
        totalOutput += count
        return count
    }

    /// Checks that the data of every coding were complete. No data at all count as empty content.
    ///
    /// - Throws: `ContentCodingError.truncated` if they were not; the error that has not been reported yet.
    public func finish() throws(ContentCodingError) {
        if let failure {
            self.failure = .finished
            throw failure
        }
        for stage in stages { try stage.finish() }
    }

    /// Appends output of one stage, whose input comes from the stages before it; nothing if those need more.
    private func fill(
        _ index: Int,
        from input: inout ByteBuffer,
        into output: inout ByteBuffer,
        upTo limit: Int
    ) throws(ContentCodingError) -> Int {
        guard index > 0 else { return try stages[0].decompress(&input, into: &output, upTo: limit) }
        while true {
            let count = try stages[index].decompress(&pending[index - 1], into: &output, upTo: limit)
            if count > 0 { return count }
            var more = ByteBuffer()
            swap(&more, &pending[index - 1])
            more.clear()
            let fed = try fill(index - 1, from: &input, into: &more, upTo: Self.stepSize)
            swap(&more, &pending[index - 1])
            if fed == 0 { return 0 }
        }
    }

    private func check(output: Int, input: Int) throws(ContentCodingError) {
        if output > limits.ratioExemption, output / max(1, limits.maximumRatio) > input {
            throw .ratioLimitExceeded(limits.maximumRatio)
        }
    }
}
