public import HTTPTypes

extension HTTPFields {
    /// What a message says in a field that is not a list, and so may be there once only (RFC 9110 section 5.3).
    public enum Singleton: Sendable, Hashable {
        /// There is no such field.
        case absent
        /// There is one, or several that say the same.
        case field(HTTPField)
        /// There are several, and they contradict each other: two readers may take different ones.
        case contradictory
    }

    /// The field of this name, for names that are not those of lists: `Location`, `ETag`, `Last-Modified` and the like.
    ///
    /// The subscript joins repeated fields with commas, which makes `/one, /one` of two times `/one`. Values are compared
    /// byte by byte, and need not be UTF-8.
    public func singleton(_ name: HTTPField.Name) -> Singleton {
        var found: HTTPField?
        for field in self where field.name == name {
            guard let first = found else {
                found = field
                continue
            }
            guard first.valueBytes == field.valueBytes else { return .contradictory }
        }
        return found.map { .field($0) } ?? .absent
    }

    /// The value of the field of this name; `nil` also when there are several that contradict each other.
    ///
    /// See ``singleton(_:)``.
    public func onlyValue(of name: HTTPField.Name) -> String? {
        if case .field(let field) = singleton(name) { field.value } else { nil }
    }
}

extension HTTPField {
    /// The value's bytes as they were sent; ``value`` has U+FFFD for those that are not UTF-8.
    package var valueBytes: [UInt8] {
        withUnsafeBytesOfValue { Array($0) }
    }
}
