import NIOCore

@testable import Martlet

/// A receiver that does nothing with what it gets.
final class TestReceiver: DetachedReceiver {
    let wantsBytes = true
    let hasSaidGoodbye = false

    func push(_ bytes: ByteBuffer) {}
    func wake() {}
    func finish() {}
    func fail(_ error: any Error) {}
    func becameWritable() {}
    func serverCloses() {}
    func handlerFailed() {}
}
