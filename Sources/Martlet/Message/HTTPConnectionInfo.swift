import NIOCore

/// Where a request came from.
public struct HTTPConnectionInfo: Sendable, Hashable {
    /// The address of the peer: the client, or the proxy it came through.
    public let remoteAddress: InternetAddress
    /// The port of the peer; 0 on a Unix-domain socket.
    public let remotePort: Int
    /// The port the request arrived at; 0 on a Unix-domain socket.
    public let localPort: Int
    /// The address the request arrived at.
    public let localAddress: InternetAddress
}

extension HTTPConnectionInfo {
    /// The two ends of an open connection.
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
