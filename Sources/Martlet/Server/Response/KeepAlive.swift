import HTTPWire
import NIOCore
import Synchronization

/// Sends a few bytes of content whenever a response has been silent for a while: proxies and clients give up connections
/// on which nothing happens, and a client that is gone is noticed only when something is sent to it.
package final class KeepAlive: Sendable {
    private let bytes: ByteBuffer
    /// How much had been sent the last time that the timer fired.
    private let sentBytes = Atomic(-1)
    private let timer = Mutex<RepeatedTimer?>(nil)

    /// - Parameters:
    ///   - bytes: The content to send. It must not be part of something larger, since any other content may be before it
    ///     and after it.
    ///   - interval: The longest silence. At least half of it passes before the bytes are sent.
    fileprivate init(_ exchange: ServerExchange, sending bytes: ByteBuffer, every interval: Duration) {
        self.bytes = bytes
        // Half of the interval: what is sent right after one look is noticed by the next, and missed by the one after.
        let pause = max(TimeAmount(interval / 2), .milliseconds(1))
        let timer = exchange.loop.clock.repeat(every: pause) { [weak self, weak exchange] in
            guard let exchange else { self?.cancel(); return }
            exchange.executor.turn { self?.look(at: exchange) }
        }
        self.timer.withLock { $0 = timer }
    }

    /// Sends nothing more.
    package func cancel() {
        timer.withLock { $0.take() }?.cancel()
    }

    private func look(at exchange: ServerExchange) {
        let connection = exchange.connection
        guard connection.exchange === exchange, connection.isHeadWritten, !connection.isResponseEnded else { return }
        let count = connection.summary.contentBytes
        guard sentBytes.exchange(count, ordering: .relaxed) == count else { return }
        // Bytes that the client does not take pile up: more of them would only need memory. The server's `writeTimeout` ends that.
        guard (try? connection.flush(exchange)) == true else { return }
        guard (try? connection.write(exchange, .buffer(bytes))) != nil else { return }
        _ = try? connection.flush(exchange)
    }
}

/// Responses that have no end of their own.
extension HTTPServerResponse {
    /// Exempts the response from the limits of handlers' time: `handlerTimeout` and middleware that does the same.
    package func liftTimeLimit() {
        exchange.isEndless = true
    }

    /// Sends `bytes` when nothing else has been sent for `interval`, until that is cancelled or the response is over.
    package func keepAlive(every interval: Duration, sending bytes: ByteBuffer) -> KeepAlive {
        KeepAlive(exchange, sending: bytes, every: interval)
    }
}
