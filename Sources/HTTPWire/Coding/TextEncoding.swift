import NIOCore

/// The character sets of text that can be decoded.
///
///     TextEncoding(charset: "ISO-8859-1")?.string(from: bytes)
public enum TextEncoding: Sendable, Hashable, CaseIterable {
    /// UTF-8 (RFC 3629).
    case utf8
    /// US-ASCII.
    case ascii
    /// ISO 8859-1: each byte is the character of that number.
    case latin1
    /// Windows-1252: ISO 8859-1 with quotes, dashes and the euro sign in the place of its second control characters.
    case windows1252
    /// UTF-16 (RFC 2781), big-endian unless a byte order mark says otherwise.
    case utf16
    /// UTF-16, low byte first.
    case utf16LittleEndian
    /// UTF-16, high byte first.
    case utf16BigEndian

    /// The character set of this name, whatever its case; `nil` if it is not known here.
    public init?(charset: String) {
        switch charset.asciiLowercased {
        case "utf-8", "utf8": self = .utf8
        case "us-ascii", "ascii": self = .ascii
        case "iso-8859-1", "latin1", "iso_8859-1", "l1": self = .latin1
        case "windows-1252", "cp1252": self = .windows1252
        case "utf-16": self = .utf16
        case "utf-16le": self = .utf16LittleEndian
        case "utf-16be": self = .utf16BigEndian
        default: return nil
        }
    }

    /// The name of the character set, as IANA registers it.
    public var charset: String {
        switch self {
        case .utf8: "UTF-8"
        case .ascii: "US-ASCII"
        case .latin1: "ISO-8859-1"
        case .windows1252: "windows-1252"
        case .utf16: "UTF-16"
        case .utf16LittleEndian: "UTF-16LE"
        case .utf16BigEndian: "UTF-16BE"
        }
    }

    /// The text of the readable bytes; `nil` if they are not text in this character set. A byte order mark at the
    /// beginning is not part of it (WHATWG Encoding section 6).
    public func string(from bytes: ByteBuffer) -> String? {
        string(from: bytes.readableBytesView)
    }

    /// The text of the bytes; `nil` if they are not text in this character set. A byte order mark at the beginning is
    /// not part of it.
    public func string(from bytes: some RandomAccessCollection<UInt8>) -> String? {
        switch self {
        case .utf8:
            return String(validating: bytes.dropFirst(Self.utf8Mark(of: bytes)), as: UTF8.self)
        case .ascii:
            return bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : nil
        case .latin1:
            return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        case .windows1252:
            return String(String.UnicodeScalarView(bytes.map { Self.windows1252Scalar($0) }))
        case .utf16:
            if bytes.starts(with: [0xFF, 0xFE]) { return Self.utf16(bytes.dropFirst(2), isLittleEndian: true) }
            let mark = bytes.starts(with: [0xFE, 0xFF]) ? 2 : 0
            return Self.utf16(bytes.dropFirst(mark), isLittleEndian: false)
        case .utf16LittleEndian:
            return Self.utf16(bytes.dropFirst(bytes.starts(with: [0xFF, 0xFE]) ? 2 : 0), isLittleEndian: true)
        case .utf16BigEndian:
            return Self.utf16(bytes.dropFirst(bytes.starts(with: [0xFE, 0xFF]) ? 2 : 0), isLittleEndian: false)
        }
    }

    /// How many bytes the byte order mark at the beginning of UTF-8 has: 3, or 0 without one.
    package static func utf8Mark(of bytes: some Collection<UInt8>) -> Int {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    private static func utf16(_ bytes: some Collection<UInt8>, isLittleEndian: Bool) -> String? {
        guard bytes.count % 2 == 0 else { return nil }
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var first: UInt8?
        for byte in bytes {
            guard let other = first else {
                first = byte
                continue
            }
            first = nil
            units.append(isLittleEndian ? UInt16(byte) << 8 | UInt16(other) : UInt16(other) << 8 | UInt16(byte))
        }
        return String(validating: units, as: UTF16.self)
    }

    /// The five bytes that Windows-1252 has no character for stay control characters (WHATWG Encoding section 9).
    private static func windows1252Scalar(_ byte: UInt8) -> Unicode.Scalar {
        switch byte {
        case 0x80: "\u{20AC}"
        case 0x82: "\u{201A}"
        case 0x83: "\u{0192}"
        case 0x84: "\u{201E}"
        case 0x85: "\u{2026}"
        case 0x86: "\u{2020}"
        case 0x87: "\u{2021}"
        case 0x88: "\u{02C6}"
        case 0x89: "\u{2030}"
        case 0x8A: "\u{0160}"
        case 0x8B: "\u{2039}"
        case 0x8C: "\u{0152}"
        case 0x8E: "\u{017D}"
        case 0x91: "\u{2018}"
        case 0x92: "\u{2019}"
        case 0x93: "\u{201C}"
        case 0x94: "\u{201D}"
        case 0x95: "\u{2022}"
        case 0x96: "\u{2013}"
        case 0x97: "\u{2014}"
        case 0x98: "\u{02DC}"
        case 0x99: "\u{2122}"
        case 0x9A: "\u{0161}"
        case 0x9B: "\u{203A}"
        case 0x9C: "\u{0153}"
        case 0x9E: "\u{017E}"
        case 0x9F: "\u{0178}"
        default: Unicode.Scalar(byte)
        }
    }
}
