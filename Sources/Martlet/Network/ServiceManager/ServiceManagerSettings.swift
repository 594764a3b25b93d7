/// systemd's word to a service about the notices that it expects (sd_notify(3), sd_watchdog_enabled(3)). A plain value,
/// of which what makes no sense is not there: a service works without a manager too.
struct ServiceManagerSettings: Equatable {
    /// Where notices are sent.
    enum Socket: Equatable {
        case path(String)
        /// A name in the abstract namespace of Linux.
        case abstract(String)
    }

    /// The longest path or name in bytes: that of a `sockaddr_un`, without the byte that ends or begins it.
    static let maximumPathLength = 107
    /// The shortest time between two signs of life, however short a time systemd asks for.
    static let shortestInterval = Duration.milliseconds(10)

    /// Nil if no notices are expected.
    let socket: Socket?
    /// How often a sign of life is sent: twice in the time after which systemd takes the service for dead. Nil if none is
    /// expected.
    let watchdogInterval: Duration?

    /// - Parameters:
    ///   - socket: `NOTIFY_SOCKET`.
    ///   - watchdogMicroseconds: `WATCHDOG_USEC`.
    ///   - watchdogProcess: `WATCHDOG_PID`. A sign of life of another process is not wanted.
    ///   - id: The id of this process.
    init(socket: String?, watchdogMicroseconds: String?, watchdogProcess: String?, of id: Int32) {
        self.socket = socket.flatMap(Self.socket)
        guard self.socket != nil, watchdogProcess == nil || watchdogProcess == "\(id)",
            let text = watchdogMicroseconds, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            let microseconds = Int64(text), microseconds > 0
        else {
            watchdogInterval = nil
            return
        }
        watchdogInterval = max(.microseconds(microseconds / 2), Self.shortestInterval)
    }

    private static func socket(_ text: String) -> Socket? {
        guard (2...maximumPathLength + 1).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
        switch text.utf8.first {
        case UInt8(ascii: "/"): return text.utf8.count <= maximumPathLength ? .path(text) : nil
        case UInt8(ascii: "@"): return .abstract(String(text.dropFirst()))
        // Others, such as `vsock:` in virtual machines, are not known here.
        default: return nil
        }
    }
}
