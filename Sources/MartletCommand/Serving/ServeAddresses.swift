import Martlet
import NIOCore

/// The URLs of a server.
struct ServeAddresses {
    /// The URL for this machine.
    var local: String
    /// The URLs for other machines; none if only this one can reach the server, or if ``local`` is for all.
    let network: [String]

    init(_ server: HTTPServer) {
        switch server.address {
        case .anyIPv4, .anyIPv6:
            let devices = (try? System.enumerateDevices()) ?? []
            let addresses = devices.compactMap { device in device.address?.ipAddress.map { InternetAddress($0) } }
            self.init(
                scheme: server.url.hasPrefix("https:") ? "https" : "http",
                port: server.port,
                addresses: addresses,
                includesIPv6: server.address == .anyIPv6
            )
        default:
            self.init(local: server.url, network: [])
        }
    }

    /// - Parameter addresses: The addresses of the machine's interfaces.
    init(scheme: String = "http", port: Int, addresses: [InternetAddress], includesIPv6: Bool) {
        func url(_ address: InternetAddress) -> String { "\(scheme)://\(address):\(port)/" }
        // Link-local addresses need the name of an interface, for which URLs have no place.
        let others = addresses.filter {
            !$0.isLoopback && !$0.host.hasPrefix("fe80:") && !$0.host.hasPrefix("169.254.")
        }
        let v6 = includesIPv6 ? others.filter { $0.kind == .ipv6 } : []
        self.init(local: url(.loopbackIPv4), network: (others.filter { $0.kind == .ipv4 } + v6).map(url))
    }

    private init(local: String, network: [String]) {
        self.local = local
        self.network = network
    }
}
