/// A field value with parameters, for any field: `value; name=value; name="quoted value"` (Dart's `HeaderValue`).
///
///     let value = HeaderValue("attachment; filename=\"a b.txt\"")
///     value?.value                    // "attachment"
///     value?.parameters["filename"]   // "a b.txt"
public struct HeaderValue: Sendable, Hashable {
    /// The text before the first semicolon. May be empty.
    public let value: String
    /// The parameters after it.
    public let parameters: FieldParameters

    /// Creates a value to send.
    ///
    /// - Throws: `FieldValueError.invalidValue` if `value` has a control character, a semicolon, a comma or a quote, or
    ///   begins or ends with white space.
    public init(value: String, parameters: FieldParameters = FieldParameters()) throws(FieldValueError) {
        let bytes = value.utf8.span
        guard value.isFieldText, bytes.headerValueEnd() == bytes.count,
            bytes.trimmed(0..<bytes.count).count == bytes.count
        else { throw .invalidValue(value) }
        self.value = value
        self.parameters = parameters
    }

    /// Reads one member of a field: a value and its parameters, white space around them ignored.
    ///
    /// - Returns: `nil` if the value has a control character, a comma or a quote, or if the parameters are malformed.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        var offset = bytes.headerValueEnd()
        let range = bytes.trimmed(0..<offset)
        guard let parameters = FieldParameters(bytes, &offset, allowsMissingValues: true) else { return nil }
        let value = bytes.string(range)
        guard value.isFieldText else { return nil }
        self.value = value
        self.parameters = parameters
    }
}

extension HeaderValue: CustomStringConvertible {
    /// The value as it is sent.
    public var description: String {
        var text = value
        parameters.write(to: &text)
        return text
    }
}

extension Span<UInt8> {
    /// The offset of the first semicolon, comma or quote.
    fileprivate func headerValueEnd() -> Int {
        for index in indices where self[index] == 0x3B || self[index] == 0x2C || self[index] == 0x22 { return index }
        return count
    }
}
