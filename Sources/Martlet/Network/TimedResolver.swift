import NIOCore
import NIOPosix
import Synchronization

/// Looks up a name with the system's resolver, once for both address families, and measures the time.
final class TimedResolver: Resolver, Sendable {
    private let v4: EventLoopPromise<[SocketAddress]>
    private let v6: EventLoopPromise<[SocketAddress]>
    private let time = Mutex<Duration?>(nil)
    private let isAsked = Atomic(false)

    private let names: NameResolver

    init(eventLoop: any EventLoop, names: NameResolver = .shared) {
        self.names = names
        self.v4 = eventLoop.makePromise()
        self.v6 = eventLoop.makePromise()
    }

    deinit {
        // No lookup was needed.
        if !isAsked.load(ordering: .relaxed) {
            v4.succeed([])
            v6.succeed([])
        }
    }

    /// How long the lookup took; nil if there was none.
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
        let start = NIODeadline.now()
        names.lookUp(host, port: port) { outcome in
            self.time.withLock { $0 = Duration(NIODeadline.now() - start) }
            switch outcome {
            case .success(let addresses):
                self.v4.succeed(addresses.filter { $0.protocol == .inet })
                self.v6.succeed(addresses.filter { $0.protocol == .inet6 })
            case .failure(let error):
                self.v4.fail(error)
                self.v6.fail(error)
            }
        }
    }
}
