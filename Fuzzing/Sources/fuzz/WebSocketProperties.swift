import HTTPWire
import NIOCore

/// What has to hold for WebSockets: messages do not depend on how their bytes were cut, and what is written of one is
/// read as the same.
enum WebSocketProperties {
    private enum Outcome: Equatable {
        case message(WebSocketMessageKind, [UInt8])
        case ping([UInt8])
        case pong([UInt8])
        case close(WebSocketClose)
        case failed(WebSocketCloseCode)
        case begun([UInt8])
    }

    static func checkFrames(_ bytes: [UInt8]) {
        for role in [WebSocketRole.client, .server] {
            for deflate in [nil, PerMessageDeflate()] {
                for limit in [1 << 16, 20] {
                    let outcomes = cuts(of: bytes).map { read($0, role, deflate, limit: limit) }
                    for outcome in outcomes { expectEqual(outcome, outcomes[0], "\(role) depends on the cut") }
                }
            }
        }
    }

    /// Compresses the input as two messages and reads them again.
    static func checkDeflate(_ bytes: [UInt8]) {
        var agreed = PerMessageDeflate()
        agreed.serverMaxWindowBits = 9 + bytes.count % 7
        agreed.serverNoContextTakeover = bytes.count % 2 == 0
        guard let deflater = MessageDeflater(agreed, role: .server, level: bytes.count % 10) else { return }
        var wire = ByteBuffer()
        for _ in 0..<2 {
            var message = ByteBuffer()
            do {
                for piece in cuts(of: bytes)[2] {
                    try deflater.deflate(ByteBuffer(bytes: piece), isLast: false, into: &message)
                }
                try deflater.deflate(ByteBuffer(), isLast: true, into: &message)
            } catch {
                fatalError("\(error)")
            }
            wire.writeWebSocketFrame(.binary, message, isCompressed: true)
        }
        for pieces in cuts(of: Array(wire.readableBytesView)) {
            let outcome = read(pieces, .client, agreed)
            let expected = Outcome.message(.binary, bytes)
            expectEqual(outcome, [expected, expected], "written and read again")
        }
    }

    private static func read(
        _ pieces: [ArraySlice<UInt8>],
        _ role: WebSocketRole,
        _ deflate: PerMessageDeflate?,
        limit: Int = 1 << 16
    ) -> [Outcome] {
        var reader = WebSocketMessageReader(role: role, maximumMessageSize: limit, deflate: deflate)
        var outcomes: [Outcome] = []
        var message: [UInt8]?
        var rest = pieces[...]
        do throws(WebSocketViolation) {
            while let piece = rest.popFirst() {
                reader.append(ByteBuffer(bytes: piece))
                reading: while true {
                    switch try reader.next() {
                    case .needsMoreBytes: break reading
                    case .ping(let bytes): outcomes.append(.ping(Array(bytes.readableBytesView)))
                    case .pong(let bytes): outcomes.append(.pong(Array(bytes.readableBytesView)))
                    case .close(let close): outcomes.append(.close(close))
                    case .part(let part):
                        message = (message ?? []) + part.bytes.readableBytesView
                        guard part.isLast, let whole = message else { continue }
                        outcomes.append(.message(part.kind, whole))
                        message = nil
                    }
                }
            }
        } catch {
            // How much comes out before an error is not compared, nor which is seen first of several in one message: text
            // that is not UTF-8, and a compression that ends too early.
            return outcomes + [.failed(error.closeCode)]
        }
        return outcomes + (message.map { [.begun($0)] } ?? [])
    }
}
