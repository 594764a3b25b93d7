import HTTPWire
import NIOCore

/// What became of the bytes that a peer has sent, message for message.
enum FrameOutcome: Equatable {
    case text(String)
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    case close(UInt16?, String)
    case failed(WebSocketViolation)
    /// A message has begun, and these are its bytes so far.
    case begun([UInt8])

    /// Reads pieces as they come.
    static func read(
        _ pieces: [ArraySlice<UInt8>],
        role: WebSocketRole = .client,
        limit: Int? = nil,
        deflate: PerMessageDeflate? = nil
    ) -> [FrameOutcome] {
        var reader = WebSocketMessageReader(role: role, maximumMessageSize: limit, deflate: deflate)
        var outcomes: [FrameOutcome] = []
        var message: [UInt8]?
        do throws(WebSocketViolation) {
            for piece in pieces {
                reader.append(ByteBuffer(bytes: piece))
                reading: while true {
                    switch try reader.next() {
                    case .needsMoreBytes: break reading
                    case .ping(let bytes): outcomes.append(.ping(Array(bytes.readableBytesView)))
                    case .pong(let bytes): outcomes.append(.pong(Array(bytes.readableBytesView)))
                    case .close(let close): outcomes.append(.close(close.code?.rawValue, close.reason))
                    case .part(let part):
                        precondition(part.isFirst == (message ?? []).isEmpty, "the first part says so")
                        precondition(part.isLast || part.bytes.readableBytes > 0, "a part without a byte")
                        message = (message ?? []) + part.bytes.readableBytesView
                        guard part.isLast, let bytes = message else { continue }
                        message = nil
                        outcomes.append(
                            part.kind == .text ? .text(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)
                        )
                    }
                }
            }
        } catch {
            return outcomes + [.failed(error)]
        }
        return outcomes + (message.map { [.begun($0)] } ?? [])
    }
}

/// Bytes from hexadecimal digits; everything else is left out.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue).map(UInt8.init)
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
