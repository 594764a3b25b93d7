#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension X509Certificate {
    /// Whether it is for `host`, a domain name or an IP address (RFC 9110 section 4.3.4; RFC 9525 section 6).
    ///
    /// A name is never matched by an address, nor an address by a name; the common name of the subject counts for
    /// nothing. A pattern stands for one label, and only as the first of three at least.
    public func isFor(host: String) -> Bool {
        // A zone says which network of this machine leads to the server, and nothing about the server.
        if let address = Self.addressBytes(String(host.prefix { $0 != "%" })) {
            return names.contains(.address(address))
        }
        let wanted = Self.normalized(host)
        return names.contains { name in
            guard case .domain(let domain) = name else { return false }
            let pattern = Self.normalized(domain)
            guard pattern.hasPrefix("*.") else { return pattern == wanted }
            let parent = pattern.dropFirst()
            return parent.dropFirst().contains(".") && wanted.drop { $0 != "." } == parent && !wanted.hasPrefix(".")
        }
    }

    private static func normalized(_ name: String) -> String {
        let lowercased = name.lowercased()
        return lowercased.hasSuffix(".") ? String(lowercased.dropLast()) : lowercased
    }

    /// The bytes of an IP address, as they stand in certificates; nil for a name.
    private static func addressBytes(_ host: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, host, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
