/// The members of a comma-separated field value (RFC 9110 section 5.6.1).
///
///     Array(FieldList("gzip, , \"a,b\" ,br"))   // ["gzip", "\"a,b\"", "br"]
///
/// Members are trimmed of spaces and tabs, empty members are skipped, and a comma inside a quoted string is not a
/// separator.
public struct FieldList: Sequence, Sendable, Hashable {
    /// The field value.
    public let text: Substring

    /// The list that `text` holds.
    public init(_ text: Substring) {
        self.text = text
    }

    /// The list that `text` holds.
    public init(_ text: String) {
        self.text = text[...]
    }

    /// Iterates over the members in order.
    public struct Iterator: IteratorProtocol {
        private var rest: Substring

        init(_ text: Substring) {
            rest = text
        }

        /// The next member that is not empty.
        public mutating func next() -> Substring? {
            var offset = 0
            guard let member = rest.utf8.span.nextMember(&offset) else { return nil }
            let bytes = rest.utf8
            let start = bytes.index(bytes.startIndex, offsetBy: member.lowerBound)
            let end = bytes.index(start, offsetBy: member.count)
            let result = rest[start..<end]
            rest = rest[bytes.index(bytes.startIndex, offsetBy: offset)...]
            return result
        }
    }

    /// Starts at the first member.
    public func makeIterator() -> Iterator {
        Iterator(text)
    }

    /// Whether one of the members is `token`, ignoring case. Allocates nothing.
    public func contains(token: String) -> Bool {
        text.utf8.span.listContains(token: token)
    }
}

extension FieldList {
    /// Whether one of the members of the list in `bytes` is `token`, ignoring case. Allocates nothing.
    public static func contains(token: String, in bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.assumingMemoryBound(to: UInt8.self).span.listContains(token: token)
    }

    /// Reads the next member of the list in `bytes`, starting at `offset`, and moves `offset` past it.
    ///
    /// - Returns: The range of the member without the white space around it, or `nil` at the end of the list.
    public static func nextMember(of bytes: UnsafeRawBufferPointer, from offset: inout Int) -> Range<Int>? {
        guard offset >= 0 else { return nil }
        return bytes.assumingMemoryBound(to: UInt8.self).span.nextMember(&offset)
    }
}

extension Span<UInt8> {
    /// Whether one of the members of this list is `token`, ignoring case.
    func listContains(token: String) -> Bool {
        var offset = 0
        while let member = nextMember(&offset) {
            if equals(member, ignoringCase: token) { return true }
        }
        return false
    }
}
