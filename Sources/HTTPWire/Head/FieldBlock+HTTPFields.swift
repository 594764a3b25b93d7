public import HTTPTypes

extension FieldBlock {
    /// The fields as `HTTPFields`, in the order and the spelling they were sent in.
    ///
    /// A value that is not valid UTF-8 keeps its bytes: `HTTPField.withUnsafeBytesOfValue` and this package's writer
    /// return them unchanged, while `HTTPField.value` shows U+FFFD in their place.
    public func makeHTTPFields() -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(count)
        let names = FieldNameTable.shared
        forEach { nameBytes, valueBytes in
            // The parser has checked that names are tokens, so there always is a name.
            guard let name = names.name(nameBytes) ?? HTTPField.Name(String(decoding: nameBytes, as: UTF8.self))
            else { return }
            if let value = Self.utf8String(of: valueBytes) {
                fields.append(HTTPField(name: name, value: value))
            } else {
                fields.append(HTTPField(name: name, value: valueBytes))
            }
        }
        return fields
    }
}
