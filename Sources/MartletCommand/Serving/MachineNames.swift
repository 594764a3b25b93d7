import CLibrary

/// The names by which other machines know this one.
enum MachineNames {
    /// Its host name, the first label of it, and that label with `.local`, its name in a network without a name server.
    static var all: [String] {
        var buffer = [CChar](repeating: 0, count: 256)
        // The last byte stays 0.
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return [] }
        return of(host: String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    static func of(host: String) -> [String] {
        let first = String(decoding: host.utf8.prefix { $0 != 0x2E }, as: UTF8.self)
        guard !first.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2A }) else { return [] }
        return Set([host, first, first + ".local"]).sorted()
    }
}
