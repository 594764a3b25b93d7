import HTTPTypes
import HTTPWire
import NIOCore

/// What became of the bytes of a body.
enum BodyOutcome: Equatable {
    case incomplete(String)
    case failed(HTTPParseError)
    case complete(String, trailers: [String], rest: String)

    /// Decodes pieces as they come; `atEnd` says that the peer closes its side behind them.
    static func decode(
        _ pieces: [ArraySlice<UInt8>],
        framing: BodyFraming = .chunked,
        limits: BodyLimits = BodyLimits(),
        isResponse: Bool = false,
        atEnd: Bool = false
    ) -> BodyOutcome {
        var decoder = BodyDecoder(framing: framing, limits: limits, isResponse: isResponse)
        var buffer = ByteBuffer()
        var data = ByteBuffer()
        var trailers: HTTPFields?
        func take(_ event: BodyDecoder.Event) -> Bool {
            switch event {
            case .needsMoreBytes:
                return false
            case .data(var slice):
                precondition(slice.readableBytes > 0, "data without a byte")
                data.writeBuffer(&slice)
                return true
            case .end(let fields):
                trailers = fields
                return false
            }
        }
        do {
            for piece in pieces {
                buffer.writeBytes(piece)
                while trailers == nil, take(try decoder.decode(&buffer)) {}
            }
            if trailers == nil, atEnd { _ = take(try decoder.finish()) }
        } catch {
            return .failed(error)
        }
        guard let trailers else { return .incomplete(String(buffer: data)) }
        precondition(decoder.isComplete, "complete but does not say so")
        return .complete(
            String(buffer: data),
            trailers: trailers.map { "\($0.name.rawName)=\($0.value)" },
            rest: String(buffer: buffer)
        )
    }
}
