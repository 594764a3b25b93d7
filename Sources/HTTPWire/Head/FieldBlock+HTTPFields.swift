public import HTTPTypes

extension FieldBlock {
    /// The fields as `HTTPFields`, in the order and the spelling they were sent in.
    ///
    /// A value that is not valid UTF-8 keeps its bytes: `HTTPField.withUnsafeBytesOfValue` and the writer here give
    /// them back unchanged, while `HTTPField.value` shows U+FFFD in their place.
    public func makeHTTPFields() -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(count)
        forEach { nameBytes, valueBytes in
            // The parser has checked that names are tokens, so that there always is a name.
            guard let name = HTTPField.Name(String(decoding: nameBytes, as: UTF8.self)) else { return }
            if let value = String(validating: valueBytes, as: UTF8.self) {
                fields.append(HTTPField(name: name, value: value))
            } else {
                fields.append(HTTPField(name: name, value: valueBytes))
            }
        }
        return fields
    }
}
