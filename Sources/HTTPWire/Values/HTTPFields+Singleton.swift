public import HTTPTypes

extension HTTPFields {
    /// The content of a field that is not a list, and so may occur once only (RFC 9110 section 5.3).
    public enum Singleton: Sendable, Hashable {
        /// The field is missing.
        case absent
        /// There is one field, or several with the same value.
        case field(HTTPField)
        /// There are several fields with different values: two recipients may use different ones.
        case contradictory
    }

    /// The only field of this name, for fields that are not lists: `Location`, `ETag`, `Last-Modified` and the like.
    ///
    /// The subscript joins repeated fields with commas, which turns two fields `/one` into `/one, /one`. Values are
    /// compared byte by byte, and need not be UTF-8.
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

    /// The value of the only field of this name; `nil` also if there are several with different values.
    ///
    /// See ``singleton(_:)``.
    public func onlyValue(of name: HTTPField.Name) -> String? {
        if case .field(let field) = singleton(name) { field.value } else { nil }
    }
}

extension HTTPField {
    /// The value's bytes as sent; ``value`` has U+FFFD in place of those that are not UTF-8.
    package var valueBytes: [UInt8] {
        withUnsafeBytesOfValue { Array($0) }
    }
}
