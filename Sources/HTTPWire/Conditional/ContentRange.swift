/// The value of a `Content-Range` field in bytes (RFC 9110 section 14.4).
///
///     ContentRange(0..<100, of: 1000).description   // "bytes 0-99/1000"
///     ContentRange(unsatisfiedOf: 1000).description // "bytes */1000"
public struct ContentRange: Sendable, Hashable {
    /// The bytes that are sent, not empty; `nil` in a response with status 416.
    public let range: Range<Int>?
    /// The length of the whole representation in bytes; `nil` if it is unknown.
    public let length: Int?

    /// Creates the value for these bytes of a representation.
    ///
    /// - Precondition: `range` is not empty, does not begin below 0, and ends within `length`.
    public init(_ range: Range<Int>, of length: Int?) {
        precondition(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= length ?? .max)
        self.range = range
        self.length = length
    }

    /// Creates the value of a response with status 416, for a representation of this length (RFC 9110 section 15.5.17).
    public init(unsatisfiedOf length: Int) {
        self.range = nil
        self.length = length
    }
}

extension ContentRange: LosslessStringConvertible {
    /// Reads the value of a `Content-Range` field; `nil` for another unit, and for a malformed value.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var offset = 0
        guard let unit = bytes.token(&offset), bytes.equals(unit, ignoringCase: "bytes"), bytes.skip(0x20, &offset)
        else { return nil }
        if bytes.skip(0x2A, &offset) {
            guard bytes.skip(0x2F, &offset), let length = bytes.decimal(offset..<bytes.count) else { return nil }
            self.init(unsatisfiedOf: length)
            return
        }
        guard let first = bytes.digits(&offset), bytes.skip(0x2D, &offset), let last = bytes.digits(&offset),
            bytes.skip(0x2F, &offset), first <= last, last < .max
        else { return nil }
        if bytes.has(0x2A, at: offset), offset + 1 == bytes.count {
            self.init(first..<last + 1, of: nil)
        } else {
            guard let length = bytes.decimal(offset..<bytes.count), last < length else { return nil }
            self.init(first..<last + 1, of: length)
        }
    }

    /// The value as it is sent.
    public var description: String {
        let range = range.map { "\($0.lowerBound)-\($0.upperBound - 1)" } ?? "*"
        return "bytes \(range)/\(length.map(String.init) ?? "*")"
    }
}

extension Span<UInt8> {
    fileprivate func digits(_ offset: inout Int) -> Int? {
        let start = offset
        while offset < count, self[offset].isASCIIDigit { offset += 1 }
        return decimal(start..<offset)
    }
}
