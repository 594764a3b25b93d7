import HTTPWire

extension X509Certificate {
    /// Whether the certificate is valid for `host`, a domain name or an IP address (RFC 9110 section 4.3.4; RFC 9525
    /// section 6).
    ///
    /// A name is never matched by an address, nor an address by a name; the common name of the subject is ignored. A
    /// wildcard matches one label, and only as the first of at least three.
    public func isFor(host: String) -> Bool {
        // A zone identifies a network interface of this machine, and not the server.
        if let address = IPAddressBytes.bytes(of: String(host.prefix { $0 != "%" })) {
            return names.contains(.address(address))
        }
        // Compared as bytes: texts would be equal to others that only look like them.
        let wanted = HostName.normalized(host).utf8
        return names.contains { name in
            guard case .domain(let domain) = name else { return false }
            let pattern = HostName.normalized(domain).utf8
            guard pattern.starts(with: "*.".utf8) else { return pattern.elementsEqual(wanted) }
            let parent = pattern.dropFirst()
            return parent.dropFirst().contains(0x2E) && wanted.first != 0x2E
                && wanted.drop { $0 != 0x2E }.elementsEqual(parent)
        }
    }
}
