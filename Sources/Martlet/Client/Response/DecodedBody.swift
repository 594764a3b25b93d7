import HTTPTypes
import HTTPWire
import NIOCore
import Synchronization

/// Content that is decompressed as it is read. What was decompressed before an error is delivered before it.
final class DecodedBody: BodySource {
    /// How many bytes one step decompresses.
    private static let pieceSize = 65_536

    private struct State {
        let decoder: ContentDecoder
        var input = ByteBuffer()
        /// Whether the last step may have left something in the decompressor.
        var mayHaveMore = false
        /// The error to throw after the last piece that could be decompressed.
        var failure: HTTPClientError?
    }

    private let compressed: any BodySource
    private let state: Mutex<State>

    init(_ compressed: any BodySource, _ codings: [ContentCoding], limits: Decompressor.Limits) throws {
        self.compressed = compressed
        do throws(ContentCodingError) {
            self.state = Mutex(State(decoder: try ContentDecoder(codings, limits: limits)))
        } catch {
            throw HTTPClientError.undecodableContent(error)
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
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            if let bytes {
                state.input = bytes
            } else if state.input.readableBytes == 0, !state.mayHaveMore {
                return nil
            }
            var output = ByteBuffer()
            do throws(ContentCodingError) {
                let count = try state.decoder.decode(&state.input, into: &output, upTo: Self.pieceSize)
                state.mayHaveMore = count == Self.pieceSize
            } catch {
                state.failure = .undecodableContent(error)
                guard output.readableBytes > 0 else { throw HTTPClientError.undecodableContent(error) }
            }
            return output.readableBytes > 0 ? output : nil
        }
    }

    private func finish() throws {
        try state.withLock { state in
            do throws(ContentCodingError) {
                try state.decoder.finish()
            } catch {
                throw HTTPClientError.undecodableContent(error)
            }
        }
    }
}
