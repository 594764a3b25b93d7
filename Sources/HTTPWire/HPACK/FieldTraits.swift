/// The meaning of a field's name and value by themselves, in any section.
///
/// An entry of a table keeps them: a field that is sent again and again by its index is looked at once.
struct FieldTraits: Sendable, Equatable {
    /// The meaning of a name (RFC 9113 sections 8.2 and 8.3).
    enum Name: UInt8, Sendable {
        case empty
        /// Not a token in lower case.
        case invalid
        case method, scheme, authority, path, connectProtocol, status
        /// A pseudo-header field of no other name.
        case unknownPseudo
        /// A field that is about one connection of HTTP/1.
        case connectionSpecific
        case host, contentLength, expect, te, cookie
        case other

        /// Whether the field is a pseudo-header field.
        var isPseudo: Bool {
            switch self {
            case .method, .scheme, .authority, .path, .connectProtocol, .status, .unknownPseudo: true
            default: false
            }
        }
    }

    let name: Name
    /// Whether there are no control characters in the value, and no white space around it (RFC 9113 section 8.2.1).
    let isValueValid: Bool

    /// - Parameters:
    ///   - field: The bytes of the name, and behind them those of the value.
    ///   - nameLength: How many bytes are the name's.
    init(_ field: UnsafeRawBufferPointer, nameLength: Int) {
        name = Self.name(UnsafeRawBufferPointer(rebasing: field[..<nameLength]))
        isValueValid = Self.isValue(UnsafeRawBufferPointer(rebasing: field[nameLength...]))
    }

    private static func name(_ name: UnsafeRawBufferPointer) -> Name {
        guard let base = name.baseAddress, let first = name.first else { return .empty }
        if first == UInt8(ascii: ":") { return pseudo(name) }
        guard isName(name, base) else { return .invalid }
        switch KnownField(base, length: name.count) {
        case .connection, .transferEncoding, .upgrade: return .connectionSpecific
        case .host: return .host
        case .contentLength: return .contentLength
        case .expect: return .expect
        case .other: break
        }
        switch name.count {
        case 2 where isEqual(name, "te"): return .te
        case 6 where isEqual(name, "cookie"): return .cookie
        case 10 where isEqual(name, "keep-alive"), 16 where isEqual(name, "proxy-connection"):
            return .connectionSpecific
        default: return .other
        }
    }

    private static func pseudo(_ name: UnsafeRawBufferPointer) -> Name {
        switch name.count {
        case 5 where isEqual(name, ":path"): .path
        case 7 where isEqual(name, ":method"): .method
        case 7 where isEqual(name, ":scheme"): .scheme
        case 7 where isEqual(name, ":status"): .status
        case 9 where isEqual(name, ":protocol"): .connectProtocol
        case 10 where isEqual(name, ":authority"): .authority
        default: .unknownPseudo
        }
    }

    private static func isEqual(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { ByteScanner.areEqual(bytes, UnsafeRawBufferPointer($0)) }
    }

    /// Whether all are token characters, none of them an upper-case letter.
    private static func isName(_ name: UnsafeRawBufferPointer, _ base: UnsafeRawPointer) -> Bool {
        ByteScanner.endOfToken(base, from: 0, to: name.count) == name.count
            && !name.contains { (0x41...0x5A).contains($0) }
    }

    private static func isValue(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let base = value.baseAddress, let first = value.first, let last = value.last else { return true }
        if first.isBlank || last.isBlank { return false }
        return ByteScanner.endOfValue(base, from: 0, to: value.count) == value.count
    }
}
