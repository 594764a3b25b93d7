import HTTPWire
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// What NIOHTTP1's decoder, which is llhttp, makes of some bytes.
enum PeerOutcome {
    case incomplete
    case failed(any Error)
    /// A head, and whether the end of the message came at once behind it, which means that there is no content.
    case head(HTTPRequestHead, endsAtOnce: Bool)

    init(_ bytes: [UInt8]) {
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(decoder))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var failure: (any Error)?
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        } catch {
            failure = error
        }
        // What was read before an error was found is a message all the same.
        guard case .head(let head)? = try? channel.readInbound(as: HTTPServerRequestPart.self) else {
            self = failure.map { .failed($0) } ?? .incomplete
            return
        }
        var endsAtOnce = false
        if case .end? = try? channel.readInbound(as: HTTPServerRequestPart.self) { endsAtOnce = true }
        self = .head(head, endsAtOnce: endsAtOnce)
    }
}
