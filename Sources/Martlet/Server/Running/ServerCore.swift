import HTTPWire
import Logging
import NIOCore
import Synchronization

/// The state that the parts of a server on its event loops share.
final class ServerCore: Sendable {
    private let current: Mutex<ServerSettings>
    private let version = Atomic(0)
    private let openConnections = Atomic(0)
    private let quota = AddressQuota()
    private let gauges = Mutex<[ConnectionGauge]>([])
    private let acceptFailures = Mutex(AcceptFailures())
    private let proxyFailures = Mutex(AcceptFailures())
    /// The address that the server listens on.
    let address: InternetAddress
    let port: Int
    /// Notifies handlers when the server closes.
    let shutdown = ShutdownSignal()
    /// Where the time comes from.
    let time: TimeSource
    /// Keeps the server going for a while before it closes.
    let shutdownDelay = ShutdownDelay()
    /// The server's TLS, if its connections are secure.
    let security: ServerSecurity?
    /// Makes the observer of each connection's bytes; nil for none.
    let wireObserver: (@Sendable () -> any WireObserver)?
    /// Which connections begin with a header of the PROXY protocol; nil for none.
    let proxyProtocol: HTTPServer.ProxyProtocol?
    /// Whether connections are the only handlers of their channels, without TLS or an observer in front of them. They can
    /// then do without the pipeline, and leave files to the kernel.
    let hasBareConnections: Bool

    init(
        _ configuration: HTTPServer.Configuration,
        address: InternetAddress,
        port: Int,
        security: ServerSecurity?
    ) {
        self.security = security
        self.time = configuration.time
        self.wireObserver = configuration.wireObserver
        self.proxyProtocol = configuration.proxyProtocol == .off ? nil : configuration.proxyProtocol
        self.hasBareConnections = security == nil && configuration.wireObserver == nil
        self.current = Mutex(ServerSettings(configuration, version: 0))
        self.address = address
        self.port = port
        (configuration.sessions.store as? MemorySessionStore)?.follow(configuration.time)
    }

    /// The current settings.
    var settings: ServerSettings { current.withLock { $0 } }

    /// The version of the current settings, which is cheaper to read than the settings.
    var settingsVersion: Int { version.load(ordering: .acquiring) }

    /// Changes the configuration for requests that begin from now on.
    func update(_ change: (inout HTTPServer.Configuration) -> Void) {
        current.withLock { settings in
            var configuration = settings.configuration
            change(&configuration)
            settings = ServerSettings(configuration, version: settings.version + 1)
            version.store(settings.version, ordering: .releasing)
        }
    }

    /// The server's own address and port, as in a URL of this scheme.
    func authority(of scheme: String) -> String {
        // No port where there is none, as on Unix-domain sockets, or where it is the scheme's own.
        port == 0 || port == HTTPOrigin.defaultPort(of: scheme) ? "\(address)" : "\(address):\(port)"
    }

    func count(_ gauge: ConnectionGauge) {
        gauges.withLock { $0.append(gauge) }
    }

    /// How many more connections there may be.
    var room: Int {
        let limit = settings.configuration.maximumConnections
        return limit - openConnections.load(ordering: .relaxed)
    }

    /// Counts a connection from when it is accepted, a little before it is idle or active.
    func connectionBegan() {
        openConnections.wrappingAdd(1, ordering: .relaxed)
    }

    func connectionEnded() {
        openConnections.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Counts a connection for its client until it is closed, if the configuration limits those.
    ///
    /// - Throws: ``UnwantedConnection`` if the client has as many as it may.
    func admit(_ channel: any Channel) throws {
        guard settings.configuration.maximumConnectionsPerAddress != nil,
            let address = InternetAddress(channel.remoteAddress)
        else { return }
        try admit(channel, from: address)
    }

    /// Counts a connection likewise, for a client that has connected to a balancer.
    func admit(_ channel: any Channel, from address: InternetAddress) throws {
        let configuration = settings.configuration
        guard let limit = configuration.maximumConnectionsPerAddress, address.kind != .unix,
            !configuration.trustedProxies.contains(where: { $0.contains(address) })
        else { return }
        let client = ClientNetwork(address)
        guard quota.admit(client, limit: limit) else {
            configuration.logger.debug("Closed a connection of \(address), which has \(limit) others")
            throw UnwantedConnection()
        }
        channel.closeFuture.whenComplete { _ in self.quota.release(client) }
    }

    /// Logs that a connection could not be accepted, unless one of the loops did so a moment ago.
    func reportAcceptFailure(_ error: any Error) {
        guard let count = acceptFailures.withLock({ $0.failed(at: time.now) }) else { return }
        let times = count == 1 ? "" : " (\(count) times since this was last logged)"
        settings.configuration.logger.warning("Couldn't accept a connection, which keeps waiting: \(error)\(times)")
    }

    /// Logs that a balancer's connection did not begin with a header of the PROXY protocol, at most once a second.
    func reportProxyFailure(_ reason: String, from peer: InternetAddress) {
        guard let count = proxyFailures.withLock({ $0.failed(at: time.now) }) else { return }
        let times = count == 1 ? "" : " (\(count) of them since this was last logged)"
        let place = peer.kind == .unix ? "the Unix-domain socket" : "\(peer)"
        settings.configuration.logger.warning(
            "Closed a connection from \(place), which must begin with a PROXY header: \(reason)\(times)"
        )
    }

    var connectionCounts: ConnectionCounts {
        gauges.withLock { gauges in
            var info = ConnectionCounts()
            for gauge in gauges { gauge.add(to: &info) }
            return info
        }
    }
}
