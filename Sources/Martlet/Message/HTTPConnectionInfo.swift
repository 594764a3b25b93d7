import NIOCore

/// The addresses of the two ends of a connection.
public struct HTTPConnectionInfo: Sendable, Hashable {
    /// The address of the peer: the client, or the last proxy in between.
    public let remoteAddress: InternetAddress
    /// The port of the peer; 0 on a Unix-domain socket.
    public let remotePort: Int
    /// The local port, at which requests arrive; 0 on a Unix-domain socket.
    public let localPort: Int
    /// The local address, at which requests arrive.
    public let localAddress: InternetAddress
}

extension HTTPConnectionInfo {
    /// The addresses of an open connection.
    init(_ channel: any Channel) {
        let remote = channel.remoteAddress
        let local = channel.localAddress
        self.init(
            remoteAddress: InternetAddress(remote) ?? .unix(path: ""),
            remotePort: remote?.port ?? 0,
            localPort: local?.port ?? 0,
            localAddress: InternetAddress(local) ?? .unix(path: "")
        )
    }
}
