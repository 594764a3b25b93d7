/// A client's preferences: the members of an `Accept…` field with their weights (RFC 9110 section 12.4.2).
///
///     let list = QualityList("gzip, br;q=0.8, *;q=0.1")
///     list.quality(of: "br")                  // 800
///     list.preferred(among: ["br", "gzip"])   // "gzip"
///
/// Weights are thousandths, 0 to 1000. Members keep their order; malformed members are left out. A list without members
/// expresses no preference: everything has the weight 1000.
public struct QualityList: Sendable, Hashable {
    /// One member of the list.
    public struct Item: Sendable, Hashable {
        /// The token, language range or media range in lower case, without parameters.
        public let value: String
        /// The parameters of a media range, those before `q`.
        public let parameters: FieldParameters
        /// The weight in thousandths, 0 to 1000; 0 means not acceptable.
        public let quality: Int
    }

    /// The members in the order in which they were sent.
    public private(set) var items: [Item] = []

    /// The members of one field value.
    public init(_ text: String) {
        append(text)
    }

    /// The members of all the values of a field.
    public init(fieldValues: some Sequence<String>) {
        for text in fieldValues { append(text) }
    }

    /// Whether there are no members.
    public var isEmpty: Bool { items.isEmpty }

    private mutating func append(_ text: String) {
        let bytes = text.utf8.span
        var offset = 0
        while let member = bytes.nextMember(&offset) {
            if let item = Item(bytes.extracting(member)) { items.append(item) }
        }
    }
}

extension QualityList.Item {
    /// Reads `value; parameters; q=0.5`.
    fileprivate init?(_ bytes: Span<UInt8>) {
        var offset = 0
        guard let first = bytes.token(&offset) else { return nil }
        var end = first.upperBound
        if bytes.skip(0x2F, &offset) {
            guard let subtype = bytes.token(&offset) else { return nil }
            end = subtype.upperBound
        }
        value = bytes.lowercasedString(0..<end)
        if value.hasPrefix("*/"), value != "*/*" { return nil }
        guard offset < bytes.count else {
            (parameters, quality) = (FieldParameters(), 1000)
            return
        }
        guard let all = FieldParameters(bytes, &offset, allowsMissingValues: true) else { return nil }
        var (kept, quality) = (all, 1000)
        if let index = all.firstIndex(where: { $0.name == "q" }) {
            // Text after the weight was once an extension of Accept, and never part of the range.
            guard let weight = all[index].value.flatMap(Self.weight) else { return nil }
            quality = weight
            kept.removeAll(from: index)
        }
        (parameters, self.quality) = (kept, quality)
    }

    /// `qvalue`: `0`, `1`, and up to three decimals (RFC 9110 section 12.4.2).
    private static func weight(_ text: String) -> Int? {
        let bytes = text.utf8.span
        guard 1...5 ~= bytes.count, bytes[0] == 0x30 || bytes[0] == 0x31 else { return nil }
        var thousandths = bytes[0] == 0x31 ? 1000 : 0
        guard bytes.count > 1 else { return thousandths }
        guard bytes[1] == 0x2E else { return nil }
        var unit = 100
        for index in 2..<bytes.count {
            guard bytes[index].isASCIIDigit else { return nil }
            thousandths += Int(bytes[index] &- 0x30) * unit
            unit /= 10
        }
        return thousandths <= 1000 ? thousandths : nil
    }
}
