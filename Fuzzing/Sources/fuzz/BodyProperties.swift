import HTTPTypes
import HTTPWire
import NIOCore

/// What has to hold for bodies: they do not depend on how their bytes were cut, and what is written of one is read as
/// the same.
enum BodyProperties {
    private enum Outcome: Equatable {
        case incomplete([UInt8])
        case failed(HTTPParseError)
        case complete([UInt8], trailers: HTTPFields, rest: [UInt8])
    }

    static func checkChunked(_ bytes: [UInt8]) {
        var small = BodyLimits()
        small.chunkExtensionBytes = 8
        small.trailerBytes = 32
        small.trailerCount = 2
        for (limits, isResponse) in [(BodyLimits(), false), (small, false), (BodyLimits(), true)] {
            let outcomes = cuts(of: bytes).map { chunked($0, limits, isResponse) }
            for outcome in outcomes { expectEqual(outcome, outcomes[0], "depends on the cut") }
            guard case .complete(let data, let trailers, _) = outcomes[0] else { continue }
            var copy = ByteBuffer()
            copy.writeChunk(ByteBuffer(bytes: data))
            do {
                try copy.writeLastChunk(trailers: trailers)
            } catch {
                fatalError("what was read cannot be written: \(error)")
            }
            let again = chunked([Array(copy.readableBytesView)[...]], BodyLimits())
            expectEqual(again, .complete(data, trailers: trailers, rest: []), "written and read again")
        }
    }

    private static func chunked(
        _ pieces: [ArraySlice<UInt8>],
        _ limits: BodyLimits,
        _ isResponse: Bool = false
    ) -> Outcome {
        var decoder = BodyDecoder(framing: .chunked, limits: limits, isResponse: isResponse)
        var (buffer, data) = (ByteBuffer(), ByteBuffer())
        var trailers: HTTPFields?
        do throws(HTTPParseError) {
            for piece in pieces {
                buffer.writeBytes(piece)
                decoding: while trailers == nil {
                    switch try decoder.decode(&buffer) {
                    case .needsMoreBytes: break decoding
                    case .data(var slice): data.writeBuffer(&slice)
                    case .end(let fields): trailers = fields
                    }
                }
            }
        } catch {
            return .failed(error)
        }
        let bytes = Array(data.readableBytesView)
        guard let trailers else { return .incomplete(bytes) }
        return .complete(bytes, trailers: trailers, rest: Array(buffer.readableBytesView))
    }
}
