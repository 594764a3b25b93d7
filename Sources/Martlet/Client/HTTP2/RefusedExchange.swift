import NIOCore

/// An exchange that the server has refused unprocessed, so that it can be sent again (RFC 9113 section 8.7).
struct RefusedExchange {
    /// How long an exchange waits after the second refusal; the time doubles with each further one.
    private static let pause = TimeAmount.milliseconds(20)
    /// How often that is doubled at most.
    private static let longestPause = 6

    let exchange: ClientExchange
    let core: ClientCore
    let loop: ClientLoop

    /// Sends the exchange again, on whatever connection the pool has for it.
    ///
    /// - Parameters:
    ///   - amidProgress: Whether the server was processing other streams.
    ///   - pauses: Whether the server may need time.
    /// - Returns: false when the exchange must fail. The code that makes the exchanges may then repeat it.
    func sendAgain(amidProgress: Bool, pauses: Bool) -> Bool {
        let limit = core.configuration.maximumRetries
        guard exchange.withdraw(to: core.pool, amidProgress: amidProgress, limit: limit) else {
            // Untouched or repeatable content is sent again by the code that makes the exchanges.
            exchange.note { progress in
                guard amidProgress || progress.refusals.count == 0 else { return }
                progress.hasBegun = false
                progress.wasRefusedAmidProgress = amidProgress
            }
            return false
        }
        exchange.recorder?.repeats()
        // If others are answered, a short pause each time will do.
        let refusals = exchange.progress.refusals
        submit(after: pauses ? max(refusals.countInVain, min(refusals.count, 2)) : 0)
        return true
    }

    /// Gives the exchange back to the pool: at once after the first refusal, later after further ones, so that the
    /// server can recover.
    private func submit(after refusals: Int) {
        guard refusals > 1 else { return core.pool.submit(exchange, core: core, on: loop, first: true) }
        let pause = Self.pause * (1 << min(refusals - 2, Self.longestPause))
        loop.clock.schedule(in: pause) {
            // The requester may have given up meanwhile.
            guard exchange.wait(in: core.pool) else { return }
            core.pool.submit(exchange, core: core, on: loop, first: true)
        }
    }
}
