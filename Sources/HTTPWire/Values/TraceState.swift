/// The entries of the systems that record a trace, each under a key of its own: the value of `tracestate` (W3C Trace
/// Context section 3.3).
///
///     let state = TraceState("rojo=00f067aa0ba902b7, congo=t61rcWkgMzE")
///     state?["congo"]   // "t61rcWkgMzE"
public struct TraceState: Sendable, Hashable, LosslessStringConvertible {
    /// One entry.
    public struct Member: Sendable, Hashable {
        /// The key: a name, or `tenant@system`.
        public let key: String
        /// The value, of printable ASCII characters.
        public let value: String
    }

    /// The most entries that there may be.
    public static let maximumCount = 32

    /// The entries, that of the system that was asked last first.
    public let members: [Member]

    /// A state without entries.
    public init() {
        members = []
    }

    /// Reads the value of `tracestate`; that of several fields is joined by commas. Members of the list may be empty.
    ///
    /// - Returns: nil if an entry is malformed, a key is there twice, or there are more than 32.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var (members, keys): ([Member], Set<String>) = ([], [])
        var start = 0
        while start <= bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x2C { end += 1 }
            let member = bytes.trimmed(start..<end)
            start = end + 1
            if member.isEmpty { continue }
            guard let equals = member.first(where: { bytes[$0] == 0x3D }),
                bytes.isTraceStateKey(member.lowerBound..<equals),
                bytes.isTraceStateValue(equals + 1..<member.upperBound), members.count < Self.maximumCount
            else { return nil }
            let key = bytes.string(member.lowerBound..<equals)
            guard keys.insert(key).inserted else { return nil }
            members.append(Member(key: key, value: bytes.string(equals + 1..<member.upperBound)))
        }
        self.members = members
    }

    /// Whether there are no entries.
    public var isEmpty: Bool { members.isEmpty }

    /// The value of a key.
    public subscript(_ key: String) -> String? { members.first { $0.key == key }?.value }

    /// The value of `tracestate`.
    public var description: String { members.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
}

extension Span<UInt8> {
    /// Whether this is a key: a letter and up to 255 further characters, or a tenant of up to 241 characters, `@`, and a
    /// system of up to 14 (section 3.3.1.3.1).
    fileprivate func isTraceStateKey(_ range: Range<Int>) -> Bool {
        guard let at = range.first(where: { self[$0] == 0x40 }) else {
            return isTraceStateName(range, limit: 256, mayBeginWithDigit: false)
        }
        return isTraceStateName(range.lowerBound..<at, limit: 241, mayBeginWithDigit: true)
            && isTraceStateName(at + 1..<range.upperBound, limit: 14, mayBeginWithDigit: false)
    }

    private func isTraceStateName(_ range: Range<Int>, limit: Int, mayBeginWithDigit: Bool) -> Bool {
        guard 1...limit ~= range.count else { return false }
        return range.allSatisfy { index in
            switch self[index] {
            case 0x61...0x7A: true
            case 0x30...0x39: index > range.lowerBound || mayBeginWithDigit
            // _ - * /
            case 0x5F, 0x2D, 0x2A, 0x2F: index > range.lowerBound
            default: false
            }
        }
    }

    /// Whether this is a value: up to 256 printable characters other than `,` and `=`, the last of which is not a space
    /// (section 3.3.1.3.2).
    fileprivate func isTraceStateValue(_ range: Range<Int>) -> Bool {
        1...256 ~= range.count && range.allSatisfy { 0x20...0x7E ~= self[$0] && self[$0] != 0x2C && self[$0] != 0x3D }
    }
}
