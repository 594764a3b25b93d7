import ArgumentParser
import Martlet

/// `host:port:address`: where to connect for a host and a port, whatever the name server says.
struct ResolveArgument: ExpressibleByArgument, Equatable {
    let host: String
    let port: Int
    let address: String

    init?(argument: String) {
        // An IPv6 address has colons of its own.
        let parts = argument.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0 else { return nil }
        let address =
            parts[2].hasPrefix("[") && parts[2].hasSuffix("]") ? parts[2].dropFirst().dropLast() : parts[2][...]
        guard !address.isEmpty else { return nil }
        (host, self.port, self.address) = (parts[0].lowercased(), Int(port), String(address))
    }
}
