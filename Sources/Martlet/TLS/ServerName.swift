import HTTPWire

/// The name of the requested host, by which a server chooses its certificate (SNI, RFC 6066 section 3).
struct ServerName: Sendable, Hashable {
    /// The name as it is sent: without the trailing dot of an absolute name (`example.com.`).
    let text: String

    /// The name for the host of a URL; nil for an address, which is not sent.
    init?(host: String) {
        let name = HostName.normalized(host)
        guard !name.isEmpty, InternetAddress(name).kind == .name else { return nil }
        self.text = name
    }
}
