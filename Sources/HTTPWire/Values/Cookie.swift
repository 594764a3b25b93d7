/// One cookie as a client sends it: a name and a value (RFC 6265bis section 4.2).
///
///     Cookie.parse("SID=31d4d96e; lang=en-US")   // [SID=31d4d96e, lang=en-US]
///
/// A server sets one with a `SetCookie`.
public struct Cookie: Sendable, Hashable {
    /// The name: a token, unless it was received. Only a cookie that a server set without one has an empty name.
    public let name: String
    /// The value as sent, which may be anything but a control character or a semicolon. Quotes around it are part of it
    /// (RFC 6265bis section 5.6); `unquotedValue` omits them.
    public let value: String

    /// Creates a cookie to send.
    ///
    /// - Throws: `CookieError` if the name is not a token, or if the value has anything but visible ASCII characters,
    ///   or one of `" , ; \`. One pair of quotes around the value is allowed and kept.
    public init(name: String, value: String) throws(CookieError) {
        try CookieError.check(name: name)
        try CookieError.check(value: value)
        self.name = name
        self.value = value
    }

    /// Creates a cookie that was received, whose characters have been checked.
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
    /// Name and value are the text before and after the first `=` without the white space around them, whatever they
    /// contain (RFC 6265bis section 5.6): scripts store JSON and raw UTF-8, and browsers send it. A pair without `=` is
    /// a cookie without a name. Pairs with a control character other than a tab are left out, and so are values with
    /// `=` that have no name: sent as `a=b`, they would pass for another cookie.
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
            // servers, or a cookie could hide the ones after it.
            while end < bytes.count, bytes[end] != 0x3B {
                if equals == nil, bytes[end] == 0x3D { equals = end }
                end += 1
            }
            let name = equals.map { bytes.trimmed(start..<$0) } ?? start..<start
            let value = bytes.trimmed((equals.map { $0 + 1 } ?? start)..<end)
            let isAnonymous = name.isEmpty && !value.isEmpty && bytes.first(0x3D, in: value) == nil
            if !name.isEmpty || isAnonymous, bytes.isCookieText(name), bytes.isCookieText(value) {
                cookies.append(Cookie(receivedName: bytes.string(name), value: bytes.string(value)))
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
    /// Whether there is no control character other than a tab in the range (RFC 6265bis section 5.6).
    func isCookieText(_ range: Range<Int>) -> Bool {
        for index in range where (self[index] < 0x20 && self[index] != 0x09) || self[index] == 0x7F { return false }
        return true
    }

    /// The range without one pair of quotes around it.
    func unquoted(_ range: Range<Int>) -> Range<Int> {
        guard range.count >= 2, self[range.lowerBound] == 0x22, self[range.upperBound - 1] == 0x22 else { return range }
        return range.lowerBound + 1..<range.upperBound - 1
    }
}
