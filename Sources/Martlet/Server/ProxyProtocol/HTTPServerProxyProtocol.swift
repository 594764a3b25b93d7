extension HTTPServer {
    /// Whether connections begin with a header of the PROXY protocol, versions 1 and 2, by which balancers that pass
    /// bytes on, such as HAProxy in TCP mode or a cloud's network balancer, say whose connection it is.
    public struct ProxyProtocol: Sendable, Hashable {
        private let ranges: [AddressRange]

        /// No connection does. What looks like such a header is a malformed request.
        public static let off = ProxyProtocol(ranges: [])

        /// Connections from these addresses must begin with the header, and are closed without it. Those from all other
        /// addresses have none: anyone could claim to be somebody else.
        ///
        /// - Parameter ranges: The addresses of the balancers; ``AddressRange/unix`` stands for those that connect to a
        ///   Unix-domain socket.
        public static func required(from ranges: [AddressRange]) -> ProxyProtocol {
            ProxyProtocol(ranges: ranges)
        }

        /// Whether a connection of this peer has to begin with a header.
        func isExpected(from peer: InternetAddress) -> Bool {
            ranges.contains { $0.contains(peer) }
        }
    }
}
