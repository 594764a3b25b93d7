extension SetCookie {
    /// Reads the value of a `Set-Cookie` field as browsers do (RFC 6265bis section 5.6).
    ///
    /// Unknown and malformed attributes are ignored, the last of several counts, and a domain loses its leading dot. A
    /// domain that no host can have, such as `..example.com`, stays as it is: it matches no server, so no client stores
    /// the cookie (section 5.7). As in the RFC, text without `=` is the value of a cookie without a name.
    ///
    /// - Returns: `nil` if there is a control character, if name and value are both empty, or if they are longer than
    ///   4096 bytes together. A cookie that breaks a rule about attributes is returned; see `violation`.
    public init?(fieldValue text: String) {
        let bytes = text.utf8.span
        guard bytes.isCookieText(0..<bytes.count) else { return nil }
        let pairEnd = bytes.end(before: 0x3B, from: 0, to: bytes.count)
        let equals = bytes.end(before: 0x3D, from: 0, to: pairEnd)
        let hasName = equals < pairEnd
        let name = hasName ? bytes.trimmed(0..<equals) : 0..<0
        let value = bytes.trimmed(hasName ? equals + 1..<pairEnd : 0..<pairEnd)
        guard 1...4096 ~= name.count + value.count else { return nil }

        var attributes = Attributes()
        var start = pairEnd + 1
        while start < bytes.count {
            let end = bytes.end(before: 0x3B, from: start, to: bytes.count)
            let equals = bytes.end(before: 0x3D, from: start, to: end)
            attributes.take(
                bytes,
                name: bytes.trimmed(start..<equals),
                value: bytes.trimmed(min(equals + 1, end)..<end)
            )
            start = end + 1
        }
        self.init(
            receivedName: bytes.string(name),
            value: bytes.string(value),
            expires: attributes.expires,
            maxAge: attributes.maxAge,
            domain: attributes.domain,
            path: attributes.path,
            isSecure: attributes.isSecure,
            isHTTPOnly: attributes.isHTTPOnly,
            sameSite: attributes.sameSite,
            isPartitioned: attributes.isPartitioned
        )
    }

    /// The attributes that have been read so far.
    private struct Attributes {
        var expires: HTTPDate?
        var maxAge: Int?
        var domain: String?
        var path: String?
        var isSecure = false
        var isHTTPOnly = false
        var sameSite: SameSite?
        var isPartitioned = false

        /// Reads one attribute, or ignores it.
        mutating func take(_ bytes: Span<UInt8>, name: Range<Int>, value: Range<Int>) {
            guard value.count <= 1024 else { return }
            switch bytes.lowercasedString(name) {
            case "expires": expires = HTTPDate(cookieDate: bytes.string(value)) ?? expires
            case "max-age": maxAge = bytes.seconds(value) ?? maxAge
            case "domain": domain = bytes.cookieDomain(value)
            case "path": path = !value.isEmpty && bytes[value.lowerBound] == 0x2F ? bytes.string(value) : nil
            case "secure": isSecure = true
            case "httponly": isHTTPOnly = true
            case "partitioned": isPartitioned = true
            case "samesite":
                switch bytes.lowercasedString(value) {
                case "lax": sameSite = .lax
                case "strict": sameSite = .strict
                case "none": sameSite = SameSite.none
                default: sameSite = nil
                }
            default: break
            }
        }
    }
}

extension Span<UInt8> {
    /// The first offset of `byte` in the range, or the end of the range.
    fileprivate func end(before byte: UInt8, from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, self[index] != byte { index += 1 }
        return index
    }

    /// The domain of the attribute in lower case and without its leading dot (RFC 6265bis section 5.6.3); `nil` if
    /// nothing is left.
    ///
    /// The dot stays if no host follows it: written back, the domain must not be read as another one.
    fileprivate func cookieDomain(_ value: Range<Int>) -> String? {
        let domain = lowercasedString(value)
        guard domain.hasPrefix(".") else { return domain.isEmpty ? nil : domain }
        let name = String(domain.dropFirst())
        let isHost = !name.hasPrefix(".") && (try? CookieError.check(domain: name)) != nil
        return name.isEmpty ? nil : isHost ? name : domain
    }

    /// The seconds of a `Max-Age`: digits with an optional minus sign. Numbers that are too large become the largest.
    fileprivate func seconds(_ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        let isNegative = self[range.lowerBound] == 0x2D
        let digits = range.lowerBound + (isNegative ? 1 : 0)..<range.upperBound
        guard !digits.isEmpty else { return nil }
        for index in digits where !self[index].isASCIIDigit { return nil }
        let number = decimal(digits) ?? .max
        return isNegative ? -number : number
    }
}
