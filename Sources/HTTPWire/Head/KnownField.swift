/// The fields that a parser itself acts on. They are recognised while names are scanned, so that framing needs no
/// second pass over the head.
enum KnownField: UInt8, Sendable {
    case other
    case host
    case expect
    case upgrade
    case connection
    case contentLength
    case transferEncoding

    /// Recognises the field by its name.
    ///
    /// The caller guarantees that `name ..< name + length` is readable and holds token characters only: bit 5 is set
    /// before comparing, which among those maps only letters to letters and the hyphen to itself.
    @inline(__always)
    init(_ name: UnsafeRawPointer, length: Int) {
        switch length {
        case 4 where ByteScanner.lowercasedWord32(name, 0) == 0x7473_6F68:
            self = .host
        case 6
        where ByteScanner.lowercasedWord32(name, 0) == 0x6570_7865
            && ByteScanner.lowercasedWord32(name, 2) == 0x7463_6570:
            self = .expect
        case 7
        where ByteScanner.lowercasedWord32(name, 0) == 0x7267_7075
            && ByteScanner.lowercasedWord32(name, 3) == 0x6564_6172:
            self = .upgrade
        case 10
        where ByteScanner.lowercasedWord64(name, 0) == 0x6974_6365_6E6E_6F63
            && ByteScanner.lowercasedWord32(name, 6) == 0x6E6F_6974:
            self = .connection
        case 14
        where ByteScanner.lowercasedWord64(name, 0) == 0x2D74_6E65_746E_6F63
            && ByteScanner.lowercasedWord64(name, 6) == 0x6874_676E_656C_2D74:
            self = .contentLength
        case 17
        where ByteScanner.lowercasedWord64(name, 0) == 0x7265_6673_6E61_7274
            && ByteScanner.lowercasedWord64(name, 8) == 0x6E69_646F_636E_652D
            && name.load(fromByteOffset: 16, as: UInt8.self) | 0x20 == 0x67:
            self = .transferEncoding
        default:
            self = .other
        }
    }
}
