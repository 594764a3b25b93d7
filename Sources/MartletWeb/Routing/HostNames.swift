import HTTPWire

/// A set of host names, full ones and wildcards.
struct HostNames: Sendable {
    private let keys: Set<String>

    /// - Throws: ``VirtualHostError/invalidName(_:)``.
    init(_ names: [String]) throws(VirtualHostError) {
        var keys: Set<String> = []
        for name in names {
            guard let key = Self.key(name) else { throw .invalidName(name) }
            keys.insert(key)
        }
        self.keys = keys
    }

    /// Whether the host is one of them, or below a wildcard.
    func contains(_ host: String) -> Bool {
        Self.first(for: host) { keys.contains($0) ? $0 : nil } != nil
    }

    /// The value for the most specific key of the host: itself, then the wildcards above it from the longest to the
    /// shortest, then `*`.
    static func first<Found>(for host: String, _ find: (_ key: String) -> Found?) -> Found? {
        let host = HostName.normalized(host)
        if let found = find(host) { return found }
        var rest = host[...]
        while let dot = rest.firstIndex(of: ".") {
            if let found = find("*" + rest[dot...]) { return found }
            rest = rest[rest.index(after: dot)...]
        }
        return find("*")
    }

    /// The name in the form in which it is looked up; nil if it can't be the name of a host.
    static func key(_ name: String) -> String? {
        if name == "*" { return name }
        let (star, host) = name.hasPrefix("*.") ? ("*.", String(name.dropFirst(2))) : ("", name)
        guard !host.contains("*"), let authority = Authority(host), authority.port == nil, !host.hasSuffix(":"),
            !authority.host.isEmpty
        else { return nil }
        return star + HostName.normalized(authority.host)
    }
}
