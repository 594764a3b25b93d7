#if Redis
    import CHiredis
    import CLibrary
    import NIOCore

    /// A socket that is connected to Redis, and the reader of its replies. One thread uses it at a time. Its calls don't
    /// block, but for ``connect(_:)``.
    final class RedisSocket: @unchecked Sendable {
        // Sendable because it moves from the thread that connects to the thread that uses it, and is never in two places.

        let descriptor: CInt
        private let reader: RedisReplyReader
        private var chunk = [UInt8](repeating: 0, count: 65_536)

        private init(_ descriptor: CInt, _ configuration: RedisClient.Configuration) {
            self.descriptor = descriptor
            reader = RedisReplyReader(
                maximumBytes: configuration.maximumReplyBytes,
                maximumElements: configuration.maximumReplyElements
            )
        }

        deinit {
            CLibrary.close(descriptor)
        }

        /// Connects, which blocks.
        static func connect(_ configuration: RedisClient.Configuration) throws(RedisError) -> RedisSocket {
            let (seconds, attoseconds) = configuration.connectionTimeout.components
            let timeout = timeval(
                tv_sec: numericCast(seconds),
                tv_usec: numericCast(attoseconds / 1_000_000_000_000)
            )
            let context =
                switch configuration.address {
                case .internet(let host, let port): redisConnectWithTimeout(host, CInt(port), timeout)
                case .unix(let path): redisConnectUnixWithTimeout(path, timeout)
                }
            guard let context else { throw RedisError(.unavailable, "There is no memory left for a connection.") }
            guard context.pointee.err == 0 else {
                let reason = withUnsafeBytes(of: context.pointee.errstr) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                redisFree(context)
                throw RedisError(
                    .unavailable,
                    "There is no Redis at \(configuration.address): \(reason). Check the address, and that it runs."
                )
            }
            // From here on the descriptor is ours: hiredis' own calls have no deadline.
            let descriptor = redisFreeKeepFd(context)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            var isOn: CInt = 1
            let size = socklen_t(MemoryLayout<CInt>.size)
            setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &isOn, size)
            #if canImport(Darwin)
                setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &isOn, size)
            #endif
            return RedisSocket(descriptor, configuration)
        }

        /// Sends what the socket takes, and removes that from `bytes`.
        ///
        /// - Returns: How many bytes it has taken.
        func send(_ bytes: inout ByteBuffer) throws(RedisError) -> Int {
            var total = 0
            while bytes.readableBytes > 0 {
                let count = bytes.withUnsafeReadableBytes {
                    CLibrary.send(descriptor, $0.baseAddress, $0.count, Self.noSignal)
                }
                if count > 0 {
                    bytes.moveReaderIndex(forwardBy: count)
                    total += count
                } else if errno == EAGAIN || errno == EWOULDBLOCK {
                    break
                } else if errno != EINTR {
                    throw Self.lost
                }
            }
            return total
        }

        /// Reads what has arrived. ``nextReply()`` must have returned nil before.
        ///
        /// - Returns: False if nothing has.
        func receive() throws(RedisError) -> Bool {
            while true {
                let count = recv(descriptor, &chunk, chunk.count, 0)
                if count > 0 {
                    // Not by closures, which would lose the type of the error.
                    let reader = reader
                    let result = chunk.withUnsafeBytes { bytes -> RedisError? in
                        do throws(RedisError) {
                            try reader.feed(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
                            return nil
                        } catch {
                            return error
                        }
                    }
                    if let result { throw result }
                    return true
                }
                guard count < 0, errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR else { throw Self.lost }
                if errno != EINTR { return false }
            }
        }

        /// The next reply; nil if more bytes are needed.
        func nextReply() throws(RedisError) -> RedisValue? {
            try reader.next()
        }

        private static let lost = RedisError(.unavailable, "Redis closed the connection.")

        private static var noSignal: CInt {
            #if canImport(Darwin)
                0
            #else
                CInt(MSG_NOSIGNAL)
            #endif
        }
    }

    /// Waits until a descriptor is ready, or another one, or until a time.
    func pollDescriptors(_ descriptors: inout [pollfd], until time: NIODeadline) {
        let nanoseconds = max(0, (time - .now()).nanoseconds)
        // Rounded up: the time has come when this returns.
        let milliseconds = min((nanoseconds + 999_999) / 1_000_000, 60_000)
        _ = poll(&descriptors, nfds_t(descriptors.count), CInt(milliseconds))
    }
#endif
