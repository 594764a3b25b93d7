/// One cookie as a client sends it: a name and a value (RFC 6265bis section 4.2).
///
///     Cookie.parse("SID=31d4d96e; lang=en-US")   // [SID=31d4d96e, lang=en-US]
///
/// What a server sends to set one is a `SetCookie`.
public struct Cookie: Sendable, Hashable {
    /// The name, a token. Only a cookie that a server set without one has an empty name.
    public let name: String
    /// The value as sent. Quotes around it belong to it (RFC 6265bis section 5.6); `unquotedValue` is without.
    public let value: String

    /// The cookie with this name and value.
    ///
    /// - Throws: `CookieError` if the name is not a token, or if the value has anything but visible ASCII characters, or
    ///   has one of `" , ; \`. One pair of quotes around the value is allowed and kept.
    public init(name: String, value: String) throws(CookieError) {
        try CookieError.check(name: name)
        try CookieError.check(value: value)
        self.name = name
        self.value = value
    }

    /// A cookie whose characters cannot do harm: one that was received.
    package init(receivedName name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// The value without one pair of quotes around it.
    public var unquotedValue: String {
        let bytes = value.utf8.span
        let inner = bytes.unquoted(0..<bytes.count)
        return inner.count == bytes.count ? value : bytes.string(inner)
    }
}

extension Cookie {
    /// Reads the cookies of a `Cookie` field, in order, those with the same name included.
    ///
    /// A malformed pair is left out and harms no other. Spaces and commas in a value are taken, because scripts in
    /// browsers do store them; a name must be a token, and a value must not have control characters, quotes other than
    /// one pair around it, backslashes, or anything that is not ASCII.
    public static func parse(_ text: String) -> [Cookie] {
        var cookies: [Cookie] = []
        parse(text, into: &cookies)
        return cookies
    }

    /// Appends the cookies of one `Cookie` field.
    static func parse(_ text: String, into cookies: inout [Cookie]) {
        let bytes = text.utf8.span
        var start = 0
        while start < bytes.count {
            var end = start
            var equals: Int?
            // A quote protects nothing here: browsers cut at every semicolon (RFC 6265bis section 5.6), and so must
            // servers, or a cookie could hide the ones behind it.
            while end < bytes.count, bytes[end] != 0x3B {
                if equals == nil, bytes[end] == 0x3D { equals = end }
                end += 1
            }
            if let equals {
                let name = bytes.trimmed(start..<equals)
                let value = bytes.trimmed(equals + 1..<end)
                if !name.isEmpty, bytes.all(in: .token, name),
                    bytes.all(in: .receivedCookieValue, bytes.unquoted(value))
                {
                    cookies.append(Cookie(receivedName: bytes.string(name), value: bytes.string(value)))
                }
            }
            start = end + 1
        }
    }
}

extension Cookie: CustomStringConvertible {
    /// `name=value`; the value alone if there is no name (RFC 6265bis section 5.8.3).
    public var description: String { name.isEmpty ? value : "\(name)=\(value)" }
}

extension Span<UInt8> {
    /// The range without one pair of quotes around it.
    func unquoted(_ range: Range<Int>) -> Range<Int> {
        guard range.count >= 2, self[range.lowerBound] == 0x22, self[range.upperBound - 1] == 0x22 else { return range }
        return range.lowerBound + 1..<range.upperBound - 1
    }
}
