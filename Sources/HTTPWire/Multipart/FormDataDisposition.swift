/// The `Content-Disposition` of a part of a form. It looks like other field values, but its quoted strings are escaped
/// differently, and may be in any character set.
struct FormDataDisposition {
    private(set) var name: String?
    private(set) var fileName: String?

    /// Reads the value.
    ///
    /// - Throws: `malformedContentDisposition` unless it is `form-data` with parameters, each of them once.
    init(_ bytes: Span<UInt8>) throws(MultipartError) {
        var offset = 0
        bytes.skipWhitespace(&offset)
        guard let kind = bytes.token(&offset), bytes.equals(kind, ignoringCase: "form-data") else {
            throw .malformedContentDisposition(
                "The Content-Disposition of a part is not form-data (RFC 7578 section 4.2)."
            )
        }
        var extendedFileName: String?
        var names: Set<String> = []
        while let parameter = try Self.parameter(bytes, &offset) {
            guard names.insert(parameter.name).inserted else {
                throw .malformedContentDisposition("The Content-Disposition of a part has \(parameter.name) twice.")
            }
            switch parameter.name {
            case "name": name = parameter.value
            case "filename": fileName = parameter.value
            // Not meant for forms (RFC 7578 section 4.2), but some send it.
            case "filename*": extendedFileName = ExtendedValue.decode(parameter.value)
            default: break
            }
        }
        fileName = extendedFileName ?? fileName
    }

    /// Reads `; name=value`; `nil` at the end.
    private static func parameter(
        _ bytes: Span<UInt8>,
        _ offset: inout Int
    ) throws(MultipartError) -> (name: String, value: String)? {
        let malformed = MultipartError.malformedContentDisposition(
            "The Content-Disposition of a part is malformed (RFC 7578 section 4.2)."
        )
        while true {
            bytes.skipWhitespace(&offset)
            guard offset < bytes.count else { return nil }
            guard bytes.skip(0x3B, &offset) else { throw malformed }
            bytes.skipWhitespace(&offset)
            // The grammar allows a semicolon with nothing after it.
            guard let name = bytes.token(&offset) else { continue }
            guard bytes.skip(0x3D, &offset) else { throw malformed }
            let value: [UInt8]
            if bytes.has(0x22, at: offset) {
                guard let quoted = quotedValue(bytes, &offset) else { throw malformed }
                value = quoted
            } else {
                value = plainValue(bytes, &offset)
                guard !value.isEmpty else { throw malformed }
            }
            return (bytes.lowercasedString(name), text(value))
        }
    }

    /// Reads the text before the next semicolon, which need not be a token.
    private static func plainValue(_ bytes: Span<UInt8>, _ offset: inout Int) -> [UInt8] {
        var value: [UInt8] = []
        while offset < bytes.count, bytes[offset] != 0x3B, bytes[offset] != 0x22 {
            value.append(bytes[offset])
            offset += 1
        }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        return value
    }

    /// Reads a quoted value without its quotes and escapes; `nil` if it does not end.
    private static func quotedValue(_ bytes: Span<UInt8>, _ offset: inout Int) -> [UInt8]? {
        var value: [UInt8] = []
        offset += 1
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case 0x22:
                return value
            // A backslash before anything else belongs to a path.
            case 0x5C where bytes.has(0x22, at: offset) || bytes.has(0x5C, at: offset):
                value.append(bytes[offset])
                offset += 1
            case 0x25:
                // The three characters that browsers encode, and no other: they leave the percent sign as it is.
                guard let escaped = escapedByte(bytes, offset), [0x22, 0x0D, 0x0A].contains(escaped) else {
                    value.append(byte)
                    break
                }
                value.append(escaped)
                offset += 2
            default:
                value.append(byte)
            }
        }
        return nil
    }

    /// The byte that two hexadecimal digits stand for.
    private static func escapedByte(_ bytes: Span<UInt8>, _ offset: Int) -> UInt8? {
        guard offset + 1 < bytes.count, let high = bytes[offset].hexDigitValue,
            let low = bytes[offset + 1].hexDigitValue
        else { return nil }
        return high << 4 | low
    }

    /// Decodes UTF-8 if it is valid, else ISO 8859-1, so that no name is lost. Names have no byte order mark.
    private static func text(_ bytes: [UInt8]) -> String {
        String(validating: bytes, as: UTF8.self) ?? TextEncoding.latin1.string(from: bytes) ?? ""
    }
}
