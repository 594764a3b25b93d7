import CLibrary
import NIOCore
import NIOPosix
import Synchronization

/// Looks up names with the system's resolver, which blocks: for half a minute if the name server does not answer.
///
/// It has threads of its own, so that files and other work continue meanwhile. Concurrent lookups of the same name
/// share one call, so that one dead name occupies one thread. Each caller gets a result within ``timeout``, whatever
/// the system does.
final class NameResolver: Sendable {
    typealias Outcome = Result<[SocketAddress], SocketError>

    /// The resolver of the whole process.
    static let shared = NameResolver()

    /// How many names may be looked up or queued; more are refused.
    static let limit = 256

    private let timeout: Duration
    private let resolve: @Sendable (_ host: String) -> Outcome
    private let threads: NIOThreadPool
    private let work = Mutex(SharedWork<[UInt8], Waiter>(limit: NameResolver.limit))

    /// - Parameters:
    ///   - threadCount: How many names are looked up at the same time.
    ///   - timeout: How long a lookup may take.
    ///   - resolve: Returns the addresses of a host, with any port. May block.
    init(
        threadCount: Int = 8,
        timeout: Duration = .seconds(30),
        resolve: @escaping @Sendable (_ host: String) -> Outcome = NameResolver.systemAddresses
    ) {
        self.timeout = timeout
        self.resolve = resolve
        threads = NIOThreadPool(numberOfThreads: threadCount)
        threads.start()
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    /// Looks up a name.
    ///
    /// - Parameter completion: Called with the addresses in the order of the system (RFC 6724), on any thread.
    func lookUp(_ host: String, port: Int, _ completion: @escaping @Sendable (Outcome) -> Void) {
        let waiter = Waiter(port: port, completion)
        let key = Array(host.utf8)
        switch work.withLock({ $0.join(key, waiter) }) {
        case .isRefused:
            let text = "too many name lookups are in progress"
            return waiter.complete(.failure(SocketError(operation: "look up \(host)", code: nil, message: text)))
        case .waits:
            break
        case .begins:
            threads.submit { _ in
                let outcome = self.resolve(host)
                for waiter in self.work.withLock({ $0.finish(key) }) { waiter.complete(outcome) }
            }
        }
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(timeout)) {
            let text = "the name lookup has timed out"
            waiter.complete(.failure(SocketError(operation: "look up \(host)", code: nil, message: text)))
        }
        waiter.onCompletion { timer.cancel() }
    }

    /// The addresses of a name.
    func addresses(of host: String, port: Int) async throws(SocketError) -> [SocketAddress] {
        let outcome = await withCheckedContinuation { continuation in
            lookUp(host, port: port) { continuation.resume(returning: $0) }
        }
        return try outcome.get()
    }

    /// A caller that waits for a name. It is completed once, by the lookup or by its timer.
    private final class Waiter: Sendable {
        private struct State {
            var completion: (@Sendable (Outcome) -> Void)?
            var cleanUp: (@Sendable () -> Void)?
        }

        private let port: Int
        private let state: Mutex<State>

        init(port: Int, _ completion: @escaping @Sendable (Outcome) -> Void) {
            self.port = port
            state = Mutex(State(completion: completion))
        }

        /// Calls `body` on completion, immediately if that has already happened.
        func onCompletion(_ body: @escaping @Sendable () -> Void) {
            let isComplete = state.withLock { state in
                guard state.completion != nil else { return true }
                state.cleanUp = body
                return false
            }
            if isComplete { body() }
        }

        func complete(_ outcome: Outcome) {
            let (completion, cleanUp) = state.withLock { ($0.completion.take(), $0.cleanUp.take()) }
            cleanUp?()
            completion?(
                outcome.map { addresses in
                    addresses.map { address in
                        var address = address
                        address.port = port
                        return address
                    }
                }
            )
        }
    }
}

extension NameResolver {
    /// The error message for a name that does not exist.
    static let unknownName = "no address is known for this name"

    /// Looks up a host with the system's resolver; the addresses have the port 0.
    static let systemAddresses: @Sendable (_ host: String) -> Outcome = { host in
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if os(Linux)
            hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let text = code == EAI_NONAME ? unknownName : String(cString: gai_strerror(code))
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
