import NIOCore

@testable import Martlet

/// A port on which nobody listens, and which nobody else gets.
final class DeadPort: Sendable {
    let port: Int
    private let descriptor: CInt

    init() throws {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        descriptor = try SystemSocket.open(bind: address, v6Only: false, reusePort: false)
        port = try SystemSocket.localAddress(of: descriptor).1
    }

    deinit {
        SystemSocket.close(descriptor)
    }

    var url: String { "http://127.0.0.1:\(port)" }
}
