import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Looks up a name with the system's resolver, once for both families, and remembers how long that took.
final class TimedResolver: Resolver, Sendable {
    private let v4: EventLoopPromise<[SocketAddress]>
    private let v6: EventLoopPromise<[SocketAddress]>
    private let time = Mutex<Duration?>(nil)
    private let isAsked = Atomic(false)

    init(eventLoop: any EventLoop) {
        self.v4 = eventLoop.makePromise()
        self.v6 = eventLoop.makePromise()
    }

    deinit {
        // For the connection that needed no look-up.
        if !isAsked.load(ordering: .relaxed) {
            v4.succeed([])
            v6.succeed([])
        }
    }

    /// How long the look-up took; nil when there was none.
    var duration: Duration? { time.withLock { $0 } }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        lookUp(host, port)
        return v6.futureResult
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        lookUp(host, port)
        return v4.futureResult
    }

    func cancelQueries() {}

    private func lookUp(_ host: String, _ port: Int) {
        guard !isAsked.exchange(true, ordering: .relaxed) else { return }
        NIOThreadPool.singleton.submit { _ in
            let start = NIODeadline.now()
            let result = Self.addresses(of: host, port: port)
            self.time.withLock { $0 = Duration(NIODeadline.now() - start) }
            switch result {
            case .success(let addresses):
                self.v4.succeed(addresses.filter { $0.protocol == .inet })
                self.v6.succeed(addresses.filter { $0.protocol == .inet6 })
            case .failure(let error):
                self.v4.fail(error)
                self.v6.fail(error)
            }
        }
    }

    private static func addresses(of host: String, port: Int) -> Result<[SocketAddress], SocketError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if os(Linux)
            hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            let text = String(cString: gai_strerror(code))
            return .failure(SocketError(operation: "look up \(host)", code: nil, message: text))
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = list
        while let info = entry {
            if let address = info.pointee.ai_addr {
                switch info.pointee.ai_family {
                case AF_INET:
                    addresses.append(
                        address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                            SocketAddress($0.pointee, host: host)
                        }
                    )
                case AF_INET6:
                    addresses.append(
                        address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                            SocketAddress($0.pointee, host: host)
                        }
                    )
                default:
                    break
                }
            }
            entry = info.pointee.ai_next
        }
        return .success(addresses)
    }
}
