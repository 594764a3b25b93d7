import HTTPWire

/// The hosts that are reached without a proxy: the value of `no_proxy`.
///
///     let exceptions = ProxyExceptions("localhost, .example.com, 10.0.0.0/8, [::1]:8080")
///
/// Members are separated by commas or white space. Each is one of
/// - `*`: every host;
/// - `example.com` or `.example.com` or `*.example.com`: the host and all its subdomains, but not `badexample.com`;
/// - an IP address, IPv6 with or without brackets: the same address in any notation;
/// - a range of addresses in CIDR notation: hosts that are given as an address in it (names are not looked up);
/// - any of these except a range, followed by `:port`: only that port.
///
/// Anything else is ignored, as in every other client.
public struct ProxyExceptions: Sendable, Hashable {
    private enum Pattern: Sendable, Hashable {
        case everything
        case domain(String)
        case addresses(AddressRange)
    }

    private struct Rule: Sendable, Hashable {
        let pattern: Pattern
        let port: Int?
    }

    private var rules: [Rule] = []

    /// Reads the members of `text`.
    public init(_ text: String) {
        for member in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            if let rule = Self.rule(String(member)) { rules.append(rule) }
        }
    }

    /// Whether `url` is reached without a proxy.
    public func contains(_ url: HTTPURL) -> Bool {
        guard !rules.isEmpty else { return false }
        let host = HostName.normalized(url.host)
        let address = InternetAddress(host)
        return rules.contains { rule in
            if let port = rule.port, port != url.effectivePort { return false }
            switch rule.pattern {
            case .everything: return true
            case .domain(let name): return address.kind == .name && host.isDomain(in: name)
            case .addresses(let range): return address.kind != .name && range.contains(address)
            }
        }
    }

    private static func rule(_ member: String) -> Rule? {
        if let range = AddressRange(member) { return Rule(pattern: .addresses(range), port: nil) }
        var name = Substring(member)
        if name.hasPrefix("*.") { name = name.dropFirst() }
        if name.hasPrefix(".") { name = name.dropFirst() }
        guard let authority = Authority(String(name)) else { return nil }
        if authority.host == "*" { return Rule(pattern: .everything, port: authority.port) }
        if let range = AddressRange(authority.host) { return Rule(pattern: .addresses(range), port: authority.port) }
        let host = HostName.normalized(authority.host)
        return host.isEmpty || host.utf8.contains(0x2A) ? nil : Rule(pattern: .domain(host), port: authority.port)
    }
}

extension String {
    /// Whether the host is `domain` or one of its subdomains.
    fileprivate func isDomain(in domain: String) -> Bool {
        guard utf8.suffix(domain.utf8.count).elementsEqual(domain.utf8) else { return false }
        let rest = utf8.dropLast(domain.utf8.count)
        return rest.isEmpty || rest.last == 0x2E
    }
}
