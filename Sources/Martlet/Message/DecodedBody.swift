import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// Content that is decompressed as it is read. What was decompressed before an error is delivered before it.
final class DecodedBody: BodySource {
    /// The error that a reader gets for one of the compressed data.
    typealias Failure = @Sendable (ContentCodingError) -> any Error

    /// How many bytes one step decompresses.
    fileprivate static let pieceSize = 65_536

    fileprivate struct State {
        /// Nil after the end of the content, so that its memory is free while the message is still in use.
        var decoder: ContentDecoder?
        var input = ByteBuffer()
        /// Whether the last step may have left something in the decompressor.
        var mayHaveMore = false
        /// The error to throw after the last piece that could be decompressed.
        var failure: ContentCodingError?
    }

    private let compressed: any BodySource
    private let failure: Failure
    private let state: Mutex<State>

    /// - Throws: What `failure` makes of `ContentCodingError.outOfMemory`.
    init(
        _ compressed: any BodySource,
        _ codings: [ContentCoding],
        limits: Decompressor.Limits,
        failure: @escaping Failure
    ) throws {
        self.compressed = compressed
        self.failure = failure
        do throws(ContentCodingError) {
            self.state = Mutex(State(decoder: try ContentDecoder(codings, limits: limits)))
        } catch {
            throw failure(error)
        }
    }

    var announcedLength: Int? { nil }

    func next(isFirst: Bool) async throws -> ByteBuffer? {
        var isFirst = isFirst
        while true {
            if !isFirst, let piece = try decompress(nil) { return piece }
            guard let bytes = try await compressed.next(isFirst: isFirst) else {
                try finish()
                return nil
            }
            isFirst = false
            if let piece = try decompress(bytes) { return piece }
        }
    }

    func trailers() async throws -> HTTPFields {
        try await compressed.trailers()
    }

    /// The next decompressed piece; nil when more has to arrive first.
    private func decompress(_ bytes: ByteBuffer?) throws -> ByteBuffer? {
        do throws(ContentCodingError) {
            return try state.withLock { (state) throws(ContentCodingError) in try state.decompress(bytes) }
        } catch {
            throw failure(error)
        }
    }

    private func finish() throws {
        do throws(ContentCodingError) {
            try state.withLock { (state) throws(ContentCodingError) in try state.finish() }
        } catch {
            throw failure(error)
        }
    }
}

extension DecodedBody.State {
    fileprivate mutating func decompress(_ bytes: ByteBuffer?) throws(ContentCodingError) -> ByteBuffer? {
        if let failure { throw failure }
        if let bytes {
            input = bytes
        } else if input.readableBytes == 0, !mayHaveMore {
            return nil
        }
        guard let decoder else { return nil }
        var output = ByteBuffer()
        do {
            let count = try decoder.decode(&input, into: &output, upTo: DecodedBody.pieceSize)
            mayHaveMore = count == DecodedBody.pieceSize
        } catch {
            failure = error
            self.decoder = nil
            guard output.readableBytes > 0 else { throw error }
        }
        return output.readableBytes > 0 ? output : nil
    }

    fileprivate mutating func finish() throws(ContentCodingError) {
        guard let decoder = decoder.take() else { return }
        do {
            try decoder.finish()
        } catch {
            failure = error
            throw error
        }
    }
}
