#if Redis
    import CLibrary

    /// A pipe that wakes a thread out of `poll`.
    struct WakePipe: Sendable {
        /// The end to poll.
        let readEnd: CInt
        private let writeEnd: CInt

        /// - Throws: ``RedisError`` if the process has no descriptors left.
        init() throws(RedisError) {
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0 else {
                throw RedisError(.unavailable, "There is no file descriptor left; raise the limit (ulimit -n).")
            }
            (readEnd, writeEnd) = (ends[0], ends[1])
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
        }

        func wake() {
            var byte: UInt8 = 0
            _ = write(writeEnd, &byte, 1)
        }

        /// Takes what has woken the thread.
        func drain() {
            var bytes = (0 as UInt64, 0 as UInt64)
            while read(readEnd, &bytes, 16) == 16 {}
        }

        func close() {
            _ = CLibrary.close(readEnd)
            _ = CLibrary.close(writeEnd)
        }
    }
#endif
