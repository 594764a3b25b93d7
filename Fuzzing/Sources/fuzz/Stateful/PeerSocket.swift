import Glibc

/// The other end of a connection under test: what is to be sent, in the pieces that a script says, and what has come.
final class PeerSocket: @unchecked Sendable {
    // Sendable because only the fuzzer's thread uses one, or the loop's while the fuzzer's waits in `Stage.eachTurn`. A client
    // under test makes one on the loop and hands it over under a lock.

    private let descriptor: CInt
    /// Whether the socket is open at this end.
    private(set) var isOpen = true
    /// What has come so far.
    private(set) var received: [UInt8] = []
    /// Whether nothing more will come.
    private(set) var hasEnded = false
    private(set) var hasFinishedSending = false
    /// What has been sent.
    private(set) var sent: [UInt8] = []
    /// What is to be sent.
    var unsent: [UInt8] = []

    /// Takes a connected socket over.
    init(_ descriptor: CInt) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit { close() }

    /// Two ends of a connection; the second belongs to the caller.
    static func pair() -> (PeerSocket, CInt) {
        var ends: [CInt] = [0, 0]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            fatalError("no socket pair: \(errno)")
        }
        return (PeerSocket(ends[0]), ends[1])
    }

    static func connect(path: String) -> PeerSocket {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return connect(descriptor, address)
    }

    static func connect(port: Int) -> PeerSocket {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var on: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return connect(descriptor, address)
    }

    private static func connect<Address>(_ descriptor: CInt, _ address: Address) -> PeerSocket {
        let result = withUnsafeBytes(of: address) { bytes -> CInt in
            guard let base = bytes.bindMemory(to: sockaddr.self).baseAddress else { return -1 }
            return Glibc.connect(descriptor, base, socklen_t(bytes.count))
        }
        guard result == 0 else { fatalError("the server takes no connection: \(errno)") }
        return PeerSocket(descriptor)
    }

    /// Sends as much of the first bytes as the socket takes. Drops them when the other end has gone.
    func send(_ count: Int = .max) {
        while isOpen, !hasFinishedSending, count > 0, !unsent.isEmpty {
            let part = unsent.prefix(count)
            let (taken, error) = Array(part).withUnsafeBytes {
                let taken = Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                return (taken, taken < 0 ? errno : 0)
            }
            switch error {
            case 0:
                sent += unsent.prefix(taken)
                unsent.removeFirst(taken)
                return
            case EINTR: continue
            case EAGAIN: return
            default: unsent = []
            }
        }
    }

    /// Takes everything that has come.
    func read() {
        guard isOpen, !hasEnded else { return }
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { space in
            while true {
                let count = recv(descriptor, space.baseAddress, space.count, 0)
                if count > 0 {
                    received += space.prefix(count)
                } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                    hasEnded = true
                    return
                } else if errno == EAGAIN {
                    return
                }
            }
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() {
        guard isOpen, !hasFinishedSending else { return }
        hasFinishedSending = true
        unsent = []
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Closes; over TCP with a reset.
    func close() {
        guard isOpen else { return }
        isOpen = false
        var atOnce = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
        Glibc.close(descriptor)
    }

    // MARK: What scripts do to it

    /// Changes a byte of what is to be sent, and says whether there was one.
    func mutate(_ script: inout Script) -> Bool {
        let (place, value) = (Int(script.byte()) << 8 | Int(script.byte()), script.byte())
        guard !unsent.isEmpty else { return false }
        let index = place % unsent.count
        guard unsent[index] != value else { return false }
        unsent[index] = value
        return true
    }

    /// Sends all that is left, while the other end takes it, and reads until nothing more comes.
    ///
    /// - Parameters:
    ///   - isDone: Whether all has come that is expected.
    ///   - patience: For how many turns nothing may happen.
    ///   - limit: How many turns there may be. What goes on in small steps, such as content in windows of a few bytes, need
    ///     not be seen to its end.
    ///   - step: What to do with what has come.
    func finish(
        patience: Int,
        limit: Int = 20_000,
        until isDone: () -> Bool = { false },
        step: () -> Void = {}
    ) {
        var (turns, idle, before) = (0, 0, (received.count, unsent.count))
        send()
        Stage.eachTurn {
            read()
            step()
            idle = before == (received.count, unsent.count) ? idle + 1 : 0
            turns += 1
            guard idle < patience, turns < limit, !hasEnded, !isDone() else { return false }
            before = (received.count, unsent.count)
            send()
            if idle > 100 { usleep(50) }
            return true
        }
    }
}
