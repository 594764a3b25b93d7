import NIOCore

/// The connection as another protocol uses it. Called on the loop.
extension HTTP1ClientConnection: DetachedConnection {
    var eventLoop: any EventLoop { loop.eventLoop }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func writeDetached(_ write: (inout OutputBuffer) throws -> Void) throws -> Bool {
        guard isDetached, let context else { throw HTTPClientError.connectionClosed }
        try write(&channel.output)
        flushOutput()
        return context.channel.isWritable
    }

    /// Closes when the socket has accepted everything.
    func closeDetached() {
        guard isDetached, let context else { return }
        flushOutput()
        context.whenSent { self.abort() }
    }

    func closeOutput() {
        channel.closedOutput()
        context?.close(mode: .output, promise: nil)
    }
}
