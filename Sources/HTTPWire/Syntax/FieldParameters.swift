/// The parameters after a field value: `; name=value; name="quoted value"` (RFC 9110 section 5.6.6).
///
/// They keep their order. Names are in lower case, and lookups ignore case. Every parameter is checked when it is
/// added, so the description is always safe to send.
public struct FieldParameters: Sendable, Hashable {
    /// One parameter.
    public struct Parameter: Sendable, Hashable {
        /// The name, a token in lower case.
        public let name: String
        /// The value without quotes and escapes; `nil` if there is no `=`, as in `; client_max_window_bits`.
        public let value: String?
    }

    private var parameters: [Parameter] = []

    /// No parameters.
    public init() {}

    /// The parameters with these names and values, in order.
    ///
    /// - Throws: `FieldValueError` if a name is not a token or a value has a control character other than tab.
    public init(_ parameters: KeyValuePairs<String, String?>) throws(FieldValueError) {
        for (name, value) in parameters { try append(name: name, value: value) }
    }

    /// Reads any number of `; name=value`, with or without white space around the semicolons.
    ///
    /// - Parameter text: The text to parse.
    /// - Parameter allowsMissingValues: Whether a parameter may have no `=`. Defaults to `true`.
    /// - Returns: `nil` if the text is anything else.
    public init?(_ text: String, allowsMissingValues: Bool = true) {
        var offset = 0
        self.init(text.utf8.span, &offset, allowsMissingValues: allowsMissingValues)
    }

    /// Reads the parameters from `offset` to the end of `bytes`.
    init?(_ bytes: Span<UInt8>, _ offset: inout Int, allowsMissingValues: Bool) {
        while true {
            bytes.skipWhitespace(&offset)
            guard offset < bytes.count else { return }
            guard bytes.skip(0x3B, &offset) else { return nil }
            bytes.skipWhitespace(&offset)
            // The grammar allows a semicolon with nothing after it.
            guard let name = bytes.token(&offset) else { continue }
            var value: String?
            if bytes.skip(0x3D, &offset) {
                if bytes.has(0x22, at: offset) {
                    value = bytes.quotedString(&offset)
                } else {
                    value = bytes.token(&offset).map { bytes.string($0) }
                }
                guard value != nil else { return nil }
            } else if !allowsMissingValues {
                return nil
            }
            parameters.append(Parameter(name: bytes.lowercasedString(name), value: value))
        }
    }

    /// The value of the first parameter with this name; `nil` if there is none, or if it has no value.
    public subscript(name: String) -> String? {
        parameters.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    /// Whether there is a parameter with this name, with or without a value.
    public func contains(name: String) -> Bool {
        parameters.contains { $0.name.equalsIgnoringCase(name) }
    }

    /// Adds a parameter at the end.
    ///
    /// - Throws: `FieldValueError` if the name is not a token or the value has a control character other than tab.
    public mutating func append(name: String, value: String?) throws(FieldValueError) {
        guard name.isToken else { throw .notAToken(name) }
        if let value, !value.isFieldText { throw .invalidParameter(name: name) }
        parameters.append(Parameter(name: name.asciiLowercased, value: value))
    }

    /// Adds a parameter that has already been checked.
    mutating func append(_ parameter: Parameter) {
        parameters.append(parameter)
    }

    /// Removes all the parameters with this name.
    public mutating func removeAll(named name: String) {
        parameters.removeAll { $0.name.equalsIgnoringCase(name) }
    }

    /// Removes the parameter at `index` and all after it.
    mutating func removeAll(from index: Int) {
        parameters.removeLast(parameters.count - index)
    }

    /// Replaces the value of the first parameter with this name. The new value must be known to be valid.
    mutating func replaceValue(ofFirst name: String, with value: String) {
        guard let index = parameters.firstIndex(where: { $0.name == name }) else { return }
        parameters[index] = Parameter(name: name, value: value)
    }
}

extension FieldParameters: RandomAccessCollection {
    /// The position of the first parameter.
    public var startIndex: Int { parameters.startIndex }
    /// The position after the last parameter.
    public var endIndex: Int { parameters.endIndex }

    /// The parameter at this position.
    public subscript(position: Int) -> Parameter {
        parameters[position]
    }
}

extension FieldParameters: CustomStringConvertible {
    /// The parameters as they are sent, each preceded by `; `, with values quoted unless they are tokens.
    public var description: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// Appends the parameters to the value they belong to.
    func write(to text: inout String) {
        for parameter in parameters {
            text += "; "
            text += parameter.name
            guard let value = parameter.value else { continue }
            text += "="
            text += value.isToken ? value : value.quoted
        }
    }
}

extension String {
    /// Whether the text is allowed in a field value: it has no control characters but tab (RFC 9110 section 5.5).
    package var isFieldText: Bool {
        let set = ByteSet.fieldText
        return utf8.allSatisfy { set.contains($0) || $0 >= 0x80 }
    }

    /// The text as a quoted string, with `"` and `\` escaped (RFC 9110 section 5.6.4).
    package var quoted: String {
        var bytes: [UInt8] = [0x22]
        bytes.reserveCapacity(utf8.count + 2)
        for byte in utf8 {
            if byte == 0x22 || byte == 0x5C { bytes.append(0x5C) }
            bytes.append(byte)
        }
        bytes.append(0x22)
        return String(decoding: bytes, as: UTF8.self)
    }
}
