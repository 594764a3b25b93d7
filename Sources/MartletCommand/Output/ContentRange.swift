/// The value of a `Content-Range` field in bytes (RFC 9110 section 14.4): `bytes 5-9/10`.
struct ContentRange: Equatable {
    /// The first and the last byte.
    let bytes: ClosedRange<Int>
    /// The total number of bytes; nil if the server does not know it.
    let total: Int?

    /// Reads the value; nil if it is not that of a part of the content.
    init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let sides = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        let ends = sides[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]), first <= last else {
            return nil
        }
        bytes = first...last
        if sides[1] == "*" {
            total = nil
        } else {
            guard let number = Self.number(sides[1]), number > last else { return nil }
            total = number
        }
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
    }
}
