import HTTPWire
import NIOCore
import Synchronization

/// How a connection turns out to be one of HTTP/2. All of it is called on the loop.
extension HTTP1ServerConnection {
    /// Whether what has arrived is the preface of HTTP/2, or may be the beginning of it (RFC 9113 section 3.3).
    func awaitsPreface() -> Bool {
        let preface = HTTP2FrameReader.preface
        let count = min(reader.bufferedBytes, preface.count)
        guard reader.starts(with: preface.prefix(count)) else {
            mayBecomeHTTP2 = false
            return false
        }
        if count == preface.count { becomeHTTP2() }
        return true
    }

    /// Leaves the connection, and what has arrived on it, to HTTP/2.
    func becomeHTTP2() {
        guard case .open = phase, let context else { return }
        let successor = HTTP2ServerConnection(loop: loop, security: security)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(successor, position: .after(self))
        } catch {
            return abort()
        }
        phase = .closed
        count(as: nil)
        openChannel.withLock { $0 = nil }
        // After the successor has come: a loop without connections may be done.
        loop.remove(self)
        channel.removed()
        // Before the successor takes its first bytes: what the channel says meanwhile, that it has closed for example,
        // would end here.
        pipeline.removeHandler(self, promise: nil)
        let bytes = reader.takeRemaining()
        if bytes.readableBytes > 0, let context = successor.context {
            successor.channelRead(context: context, data: NIOAny(bytes))
            successor.channelReadComplete(context: context)
        }
        if channel.isReadHeldBack { successor.context?.read() }
    }
}
