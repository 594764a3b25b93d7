#if Passwords
    import Synchronization

    /// How many callers wait for something, up to a limit.
    final class WaitingCount: Sendable {
        private let limit: Int
        private let count = Mutex(0)

        init(limit: Int) {
            self.limit = limit
        }

        /// Counts a caller. Returns false, with nothing counted, if there are as many as may be.
        func enter() -> Bool {
            count.withLock { count in
                guard count < limit else { return false }
                count += 1
                return true
            }
        }

        func leave() {
            count.withLock { $0 -= 1 }
        }
    }
#endif
