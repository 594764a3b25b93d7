#if Redis
    import Martlet
    import Synchronization

    /// Clients that wait until this machine has read an event that they have got from another.
    final class EventArrivals: Sendable {
        private struct Wait {
            let id: RedisStreamID
            /// Finished when the event has been read.
            let arrival: AsyncStream<Never>.Continuation
        }

        private struct State {
            var lastNumber = 0
            var waits: [Int: Wait] = [:]
        }

        private let state = Mutex(State())

        /// This machine has read all events up to an id.
        func arrived(_ id: RedisStreamID) {
            let arrivals = state.withLock { state in
                // Most of the time nobody waits.
                state.waits.isEmpty ? [] : state.waits.values.filter { $0.id <= id }.map(\.arrival)
            }
            for arrival in arrivals { arrival.finish() }
        }

        /// Waits for an event, at most for a time.
        ///
        /// - Parameter hasArrived: Whether the event has been read. Asked once the wait has begun.
        /// - Throws: `CancellationError`.
        func wait(
            for id: RedisStreamID,
            at most: Duration,
            by time: TimeSource,
            unless hasArrived: () -> Bool
        ) async throws {
            let (arrivals, arrival) = AsyncStream<Never>.makeStream()
            let number = state.withLock { state in
                state.lastNumber += 1
                state.waits[state.lastNumber] = Wait(id: id, arrival: arrival)
                return state.lastNumber
            }
            defer { state.withLock { _ = $0.waits.removeValue(forKey: number) } }
            guard !hasArrived() else { return }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in arrivals {} }
                group.addTask { try await time.sleep(for: most) }
                try await group.next()
                group.cancelAll()
            }
            try Task.checkCancellation()
        }
    }
#endif
