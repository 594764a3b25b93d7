/// A set of ASCII characters as a bitmap of 128 bits.
///
/// The sets are computed properties on purpose: the optimiser turns them into two constants in registers, whereas a
/// stored global would cost a lazy-initialisation check and a load for every test.
struct ByteSet: Sendable, Hashable {
    /// One bit for each of the bytes 0x00 to 0x3F.
    let low: UInt64
    /// One bit for each of the bytes 0x40 to 0x7F.
    let high: UInt64

    /// Whether `byte` is a member. Bytes from 0x80 up never are.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte & 0x40 == 0 ? low : high
        // The shift count is taken modulo 64. There is one test at the end because a second branch for each byte would
        // be measurable.
        return (word &>> UInt64(byte)) & 1 > UInt64(byte >> 7)
    }
}

extension ByteSet {
    /// `tchar`: the characters of a token (RFC 9110 section 5.6.2).
    @inline(__always)
    static var token: ByteSet { ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// The bytes that a field value may hold, without obs-text: visible characters, space and tab (RFC 9110 section
    /// 5.5).
    @inline(__always)
    static var fieldText: ByteSet { ByteSet(low: 0xFFFF_FFFF_0000_0200, high: 0x7FFF_FFFF_FFFF_FFFF) }

    /// `unreserved`: the characters that never need percent-encoding (RFC 3986 section 2.3).
    @inline(__always)
    static var unreserved: ByteSet { ByteSet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// `unreserved` and `sub-delims`: the characters of a registered name (RFC 3986 section 3.2.2).
    @inline(__always)
    static var registeredName: ByteSet { ByteSet(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// `pchar` without `%`: the characters of one path segment (RFC 3986 section 3.3).
    @inline(__always)
    static var pathSegment: ByteSet { ByteSet(low: 0x2FFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }

    /// `token68` without the `=` at its end (RFC 9110 section 11.2).
    @inline(__always)
    static var token68: ByteSet { ByteSet(low: 0x03FF_E800_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// `unreserved`, `sub-delims` and the colon: user information without `%` (RFC 3986 section 3.2.1).
    @inline(__always)
    static var uriUserInfo: ByteSet { ByteSet(low: 0x2FFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// `pathSegment` and the slash: a path without `%` (RFC 3986 section 3.3).
    @inline(__always)
    static var uriPath: ByteSet { ByteSet(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }

    /// `uriPath` and the question mark: a query or a fragment without `%` (RFC 3986 section 3.4).
    @inline(__always)
    static var uriQuery: ByteSet { ByteSet(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }

    /// `pathSegment`, the slash, and `[ ] | ^`, which browsers send as they are (WHATWG URL, path percent-encode set):
    /// the characters that are not encoded in the path of a target.
    @inline(__always)
    static var targetPath: ByteSet { ByteSet(low: 0x2FFF_FFD2_0000_0000, high: 0x57FF_FFFE_EFFF_FFFF) }

    /// Every visible character but `#` and `%`: the characters that are not encoded in the query of a target.
    @inline(__always)
    static var targetQuery: ByteSet { ByteSet(low: 0xFFFF_FFD6_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF) }

    /// `cookie-octet` (RFC 6265bis section 4.1.1).
    @inline(__always)
    static var cookieValue: ByteSet { ByteSet(low: 0xF7FF_EFFA_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF) }

    /// `av-octet`: printable characters but the semicolon (RFC 6265bis section 4.1.1).
    @inline(__always)
    static var cookieAttribute: ByteSet { ByteSet(low: 0xF7FF_FFFF_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF) }
}

extension UInt8 {
    /// The byte with `A`…`Z` turned into `a`…`z`.
    @inline(__always)
    var asciiLowercased: UInt8 {
        self &- 0x41 < 26 ? self | 0x20 : self
    }

    /// Whether the byte is `0`…`9`.
    @inline(__always)
    var isASCIIDigit: Bool {
        self &- 0x30 < 10
    }

    /// The value of a hexadecimal digit of either case, or `nil`.
    @inline(__always)
    var hexDigitValue: UInt8? {
        if isASCIIDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}
