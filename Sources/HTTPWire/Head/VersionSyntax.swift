/// `HTTP/` digit `.` digit (RFC 9112 section 2.3).
enum VersionSyntax {
    /// The length of a version in bytes.
    static let length = 8

    private static let http1_1: UInt64 = 0x312E_312F_5054_5448
    private static let http1_0: UInt64 = 0x302E_312F_5054_5448

    /// Checks the version at `start` from `offset` on; returns the offset of the first byte that has not been checked:
    /// `end`, or that after the version. `base ..< base + end` is readable.
    @inline(__always)
    static func check(
        _ base: UnsafeRawPointer,
        from offset: Int,
        start: Int,
        to end: Int
    ) throws(HTTPParseError) -> Int {
        if end &- start >= length {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            if word == http1_1 || word == http1_0 { return start &+ length }
        }
        return try checkBytes(base, from: offset, start: start, to: end)
    }

    @inline(never)
    private static func checkBytes(
        _ base: UnsafeRawPointer,
        from offset: Int,
        start: Int,
        to end: Int
    ) throws(HTTPParseError) -> Int {
        let bound = min(end, start &+ length)
        for offset in offset..<max(bound, offset) {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            let isValid =
                switch offset &- start {
                case 0: byte == UInt8(ascii: "H")
                case 1, 2: byte == UInt8(ascii: "T")
                case 3: byte == UInt8(ascii: "P")
                case 4: byte == UInt8(ascii: "/")
                case 6: byte == UInt8(ascii: ".")
                default: byte.isASCIIDigit
                }
            guard isValid else { throw HTTPParseError(.invalidVersion, at: offset) }
        }
        return max(bound, offset)
    }

    /// The version at an offset that `check` has accepted.
    @inline(__always)
    static func version(_ base: UnsafeRawPointer, at start: Int) throws(HTTPParseError) -> HTTPVersion {
        guard base.load(fromByteOffset: start &+ 5, as: UInt8.self) == UInt8(ascii: "1") else {
            throw HTTPParseError(.unsupportedVersion, at: start)
        }
        return base.load(fromByteOffset: start &+ 7, as: UInt8.self) == UInt8(ascii: "0") ? .http1_0 : .http1_1
    }
}
