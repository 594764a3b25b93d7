/// The value of a `Range` field in bytes: the parts of a representation that a client asks for (RFC 9110 section
/// 14.1.2).
///
///     let ranges = ByteRangeSet("bytes=0-99, -100")
///     ranges?.resolve(length: 1000)   // .partial([0..<100, 900..<1000])
public struct ByteRangeSet: Sendable, Hashable {
    /// One part, as the client asked for it.
    public enum Specifier: Sendable, Hashable {
        /// `first-last`, or `first-`; positions count from 0 and `last` is included.
        case range(first: Int, last: Int?)
        /// `-length`: the last bytes.
        case suffix(length: Int)
    }

    /// The content to send, and the status to send it with.
    public enum Resolution: Sendable, Hashable {
        /// The whole representation, with 200: the ranges are to be ignored.
        case whole
        /// These parts, with 206; at least one, none empty, none overlapping another.
        case partial([Range<Int>])
        /// Nothing, with 416: none of the requested parts exists.
        case unsatisfiable
    }

    /// The parts in the order in which they were requested; at least one.
    public let specifiers: [Specifier]

    /// Creates a set of these parts; `nil` if there are none, or if one of them ends before it begins.
    public init?(_ specifiers: [Specifier]) {
        let areValid = specifiers.allSatisfy { specifier in
            switch specifier {
            case .range(let first, let last): first >= 0 && first <= last ?? .max
            case .suffix(let length): length >= 0
            }
        }
        guard areValid, !specifiers.isEmpty else { return nil }
        self.specifiers = specifiers
    }

    /// Reads the value of a `Range` field.
    ///
    /// `nil` for another unit and for a malformed value, which a server ignores (RFC 9110 section 14.2). A number that
    /// does not fit into `Int` counts as the greatest that does.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var offset = 0
        guard let unit = bytes.token(&offset), bytes.equals(unit, ignoringCase: "bytes"), bytes.skip(0x3D, &offset)
        else { return nil }
        var specifiers: [Specifier] = []
        while let member = bytes.nextMember(&offset) {
            guard let specifier = Specifier(bytes.extracting(member)) else { return nil }
            specifiers.append(specifier)
        }
        self.init(specifiers)
    }

    /// Determines which bytes of a representation of this length are meant.
    ///
    /// Parts beyond the end are left out, and the others end with the representation at the latest. Parts that overlap,
    /// or whose gap is smaller than the overhead of another part, are joined (RFC 9110 section 15.3.7.2). The parts
    /// stay in the order in which they were requested.
    ///
    /// - Parameters:
    ///   - length: The length of the representation in bytes. If it is 0, the result is `whole`.
    ///   - maximumCount: A client that asks for more parts than this gets the whole representation (RFC 9110 section
    ///     17.15).
    ///   - gap: The largest gap to close, in bytes.
    public func resolve(length: Int, maximumCount: Int = 50, closingGapsOf gap: Int = 80) -> Resolution {
        guard length > 0, specifiers.count <= maximumCount else { return .whole }
        var parts: [(range: Range<Int>, position: Int)] = []
        for (position, specifier) in specifiers.enumerated() {
            if let range = specifier.range(in: length) { parts.append((range, position)) }
        }
        guard parts.count > 1 else { return parts.isEmpty ? .unsatisfiable : .partial(parts.map(\.range)) }
        parts.sort { $0.range.lowerBound < $1.range.lowerBound }
        var merged: [(range: Range<Int>, position: Int)] = []
        for part in parts {
            if let last = merged.last, part.range.lowerBound - last.range.upperBound <= gap {
                let end = max(last.range.upperBound, part.range.upperBound)
                merged[merged.count - 1] = (last.range.lowerBound..<end, min(last.position, part.position))
            } else {
                merged.append(part)
            }
        }
        return .partial(merged.sorted { $0.position < $1.position }.map(\.range))
    }
}

extension ByteRangeSet: CustomStringConvertible {
    /// The value as it is sent.
    public var description: String {
        "bytes=" + specifiers.map(\.description).joined(separator: ", ")
    }
}

extension ByteRangeSet.Specifier: CustomStringConvertible {
    /// The part as it is sent.
    public var description: String {
        switch self {
        case .range(let first, let last): "\(first)-\(last.map(String.init) ?? "")"
        case .suffix(let length): "-\(length)"
        }
    }

    fileprivate init?(_ bytes: Span<UInt8>) {
        var hyphen = 0
        while hyphen < bytes.count, bytes[hyphen] != 0x2D { hyphen += 1 }
        guard hyphen < bytes.count, hyphen > 0 || bytes.count > 1 else { return nil }
        let (front, back) = (0..<hyphen, hyphen + 1..<bytes.count)
        guard !front.isEmpty else {
            guard let length = bytes.saturatingDecimal(back) else { return nil }
            self = .suffix(length: length)
            return
        }
        guard let first = bytes.saturatingDecimal(front) else { return nil }
        guard !back.isEmpty else {
            self = .range(first: first, last: nil)
            return
        }
        guard let last = bytes.saturatingDecimal(back) else { return nil }
        self = .range(first: first, last: last)
    }

    /// The bytes of the representation that the part selects; `nil` if there are none.
    fileprivate func range(in length: Int) -> Range<Int>? {
        switch self {
        case .range(let first, let last):
            guard first < length else { return nil }
            return first..<(last.map { min($0, length - 1) + 1 } ?? length)
        case .suffix(let count):
            return count > 0 ? max(0, length - count)..<length : nil
        }
    }
}

extension Span<UInt8> {
    /// The decimal number in `range`, `Int.max` if it is greater; `nil` if there are other characters, or none.
    func saturatingDecimal(_ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        for index in range where !self[index].isASCIIDigit { return nil }
        return decimal(range) ?? .max
    }
}
