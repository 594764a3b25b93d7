import NIOCore
import Synchronization

/// Where a connection of a client belongs, and what can be read about it from anywhere. A connection that replaces
/// another one in its channel takes this over.
final class ConnectionIdentity: Sendable {
    private struct State {
        /// Nil once it is closed.
        var channel: (any Channel)?
        var timing = ConnectTiming()
        var security: ConnectionSecurity?
    }

    let key: PoolKey
    let core: ClientCore
    let loop: ClientLoop
    private let state = Mutex(State())

    init(key: PoolKey, core: ClientCore, loop: ClientLoop) {
        self.key = key
        self.core = core
        self.loop = loop
    }

    /// The two ends of the connection; nil once it is closed.
    var info: HTTPConnectionInfo? {
        state.withLock { $0.channel }.map { HTTPConnectionInfo($0) }
    }

    /// How long the making of the connection took; set before its first request.
    var timing: ConnectTiming {
        get { state.withLock { $0.timing } }
        set { state.withLock { $0.timing = newValue } }
    }

    /// The outcome of the TLS handshake, set before the first request; nil without TLS.
    var security: ConnectionSecurity? {
        get { state.withLock { $0.security } }
        set { state.withLock { $0.security = newValue } }
    }

    /// The connection is open.
    func opened(_ channel: any Channel) {
        state.withLock { $0.channel = channel }
    }

    /// The connection is closed.
    func closed() {
        state.withLock { $0.channel = nil }
    }
}
