/// Leaves secrets out of what is shown of messages: values by their names, and users in URLs. In doubt it leaves out too
/// much.
enum SecretFilter {
    /// The text in the place of a secret.
    static let replacement = "<left out>"

    /// A head without its secrets: the values of `Authorization`, `Cookie` and the like, and of parameters.
    static func head(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var isInsideSecret = false
        var line: [UInt8] = []
        func endLine() {
            // A folded line belongs to the field before it (RFC 9112 section 5.2).
            let isFolded = line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t")
            if isFolded, isInsideSecret {
                result += " \(replacement)".utf8
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")), !isFolded {
                let name = line[..<colon]
                isInsideSecret = SecretNames.contains(field: name)
                result += isInsideSecret ? secretField(name, line[(colon + 1)...]) : parameters(line, in: .head)
            } else {
                result += parameters(line, in: .head)
            }
            line = []
        }
        for byte in bytes {
            // A CR alone ends a line too: some peers read it as such.
            if byte == 0x0A || byte == 0x0D {
                endLine()
                result.append(byte)
            } else {
                line.append(byte)
            }
        }
        endLine()
        return result
    }

    /// A content without its secrets, as far as they can be told: those of forms, of JSON, and of URLs in text.
    ///
    /// - Parameter type: The value of `Content-Type`.
    static func content(_ bytes: [UInt8], type: String?) -> [UInt8] {
        let type = type?.lowercased() ?? ""
        if type.hasPrefix("application/x-www-form-urlencoded") { return parameters(bytes, in: .form) }
        if type.hasPrefix("multipart/") { return MultipartSecrets.leaveOut(of: bytes) }
        return parameters(JSONSecrets.leaveOut(of: bytes), in: .text)
    }

    // MARK: Fields

    /// A field whose value is a secret. The scheme of credentials, the names of cookies and the attributes of a cookie
    /// are none.
    private static func secretField(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> [UInt8] {
        let value = value.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let shown =
            switch String(decoding: name, as: UTF8.self).lowercased() {
            case "cookie": value.split(separator: UInt8(ascii: ";")).map(cookie).joined(separator: ";")
            case "set-cookie": setCookie(value)
            case "authorization", "proxy-authorization": credentials(value)
            default: replacement
            }
        return Array(name) + Array(": \(shown)".utf8)
    }

    private static func cookie(_ pair: ArraySlice<UInt8>) -> String {
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return replacement }
        return String(decoding: pair[...equals], as: UTF8.self) + replacement
    }

    private static func setCookie(_ value: ArraySlice<UInt8>) -> String {
        let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
        return cookie(value[..<end]) + String(decoding: parameters(Array(value[end...]), in: .head), as: UTF8.self)
    }

    private static func credentials(_ value: ArraySlice<UInt8>) -> String {
        let scheme = String(decoding: value.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
        guard ["basic", "bearer", "digest"].contains(scheme.lowercased()) else { return replacement }
        return "\(scheme) \(replacement)"
    }

    // MARK: Parameters

    /// Where parameters stand, which decides where a value ends.
    enum Place {
        case head
        case form
        case text

        fileprivate func endsValue(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "&"): true
            case UInt8(ascii: " "), UInt8(ascii: "\t"): self == .head
            case UInt8(ascii: "\""): self != .form
            case UInt8(ascii: "<"), 0x0A, 0x0D: self == .text
            default: false
            }
        }
    }

    /// The bytes that can't be part of a parameter's name.
    private static let separators = Set("&?;,= \t\r\n\"'<>{}()#/".utf8)

    /// The bytes without the values of secret parameters, `password=…`, and without the users of URLs,
    /// `https://user:password@host`.
    static func parameters(_ bytes: [UInt8], in place: Place) -> [UInt8] {
        var result: [UInt8] = []
        var nameStart = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "="), SecretNames.contains(bytes[nameStart..<index]) {
                result.append(byte)
                result += replacement.utf8
                index = bytes[(index + 1)...].firstIndex(where: place.endsValue) ?? bytes.count
                nameStart = index
                continue
            }
            result.append(byte)
            index += 1
            if separators.contains(byte) { nameStart = index }
            if byte == UInt8(ascii: "/"), result.suffix(3).elementsEqual("://".utf8) {
                let authority = bytes[index...].prefix { !separators.contains($0) }
                if let end = endOfUser(in: authority, isCut: authority.endIndex == bytes.endIndex) {
                    result += replacement.utf8
                    index = end
                    nameStart = index
                }
            }
        }
        return result
    }

    /// The position after a user and a password in the authority of a URL; nil if there are none.
    ///
    /// - Parameter isCut: Whether the authority may go on. Then what may be a password is one.
    private static func endOfUser(in authority: ArraySlice<UInt8>, isCut: Bool) -> Int? {
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { return at }
        guard isCut, let colon = authority.firstIndex(of: UInt8(ascii: ":")), authority.first != UInt8(ascii: "[")
        else { return nil }
        let rest = authority[(colon + 1)...]
        let isPort = rest.count <= 5 && rest.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isPort ? nil : authority.endIndex
    }
}
