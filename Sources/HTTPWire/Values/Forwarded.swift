/// One element of `Forwarded`: what one proxy reports about the request that it forwarded (RFC 7239 section 4).
///
///     ForwardedElement.parse("for=192.0.2.60;proto=https, for=\"[2001:db8::1]:4711\"")
///
/// Anyone can send such a field. Believe an element only if a proxy of your own added it.
public struct ForwardedElement: Sendable, Hashable {
    /// The client that made the request to the proxy (`for`), as sent: `192.0.2.60`, `[2001:db8::1]:4711`, `unknown` or
    /// `_hidden`.
    public let client: ForwardedNode?
    /// The interface at which the proxy received the request (`by`).
    public let proxy: ForwardedNode?
    /// The `Host` field that the proxy received (`host`), a valid authority.
    public let host: Authority?
    /// The scheme of the request that the proxy received (`proto`), in lower case.
    public let scheme: String?

    /// Reads the elements of a `Forwarded` field, the client's side first.
    ///
    /// Unknown parameters are ignored.
    ///
    /// - Returns: `nil` if any element is malformed. Leaving out the malformed ones would shift the rest, and code that
    ///   trusts the last few elements would believe a wrong one.
    public static func parse(_ text: String) -> [ForwardedElement]? {
        var elements: [ForwardedElement] = []
        for member in FieldList(text) {
            guard let parameters = FieldParameters(";\(member)", allowsMissingValues: false),
                let element = ForwardedElement(parameters)
            else { return nil }
            elements.append(element)
        }
        return elements
    }

    private init?(_ parameters: FieldParameters) {
        var (client, proxy, host, scheme) = (ForwardedNode?.none, ForwardedNode?.none, Authority?.none, String?.none)
        for parameter in parameters {
            guard let value = parameter.value else { return nil }
            // A parameter must not occur more than once (RFC 7239 section 4).
            switch parameter.name {
            case "for":
                guard client == nil, let node = ForwardedNode(value) else { return nil }
                client = node
            case "by":
                guard proxy == nil, let node = ForwardedNode(value) else { return nil }
                proxy = node
            case "host":
                guard host == nil, let authority = Authority(value) else { return nil }
                host = authority
            case "proto":
                guard scheme == nil, value.isScheme else { return nil }
                scheme = value.asciiLowercased
            default: break
            }
        }
        (self.client, self.proxy, self.host, self.scheme) = (client, proxy, host, scheme)
    }
}

/// A party of a forwarded request: an address, or a substitute for it, and an optional port (RFC 7239 section 6).
public struct ForwardedNode: Sendable, Hashable, LosslessStringConvertible {
    /// An IPv4 or IPv6 address without brackets, `unknown`, or an obfuscated identifier that begins with `_`; in lower
    /// case. Any other host name is accepted as well, because some proxies send one.
    public let name: String
    /// The port in digits, or an obfuscated one that begins with `_`.
    public let port: String?

    /// Reads `address`, `address:port`, `[IPv6]` or `[IPv6]:port`; `nil` if the text is anything else.
    ///
    /// A bare IPv6 address, as in `X-Forwarded-For`, is accepted too.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        if let colon = text.utf8.firstIndex(of: 0x3A), text.utf8[text.utf8.index(after: colon)...].contains(0x3A),
            text.utf8.first != 0x5B
        {
            guard let authority = Authority("[\(text)]") else { return nil }
            (name, port) = (authority.host, nil)
            return
        }
        var nameEnd = bytes.count
        if let last = text.utf8.lastIndex(of: 0x3A), text.utf8.last != 0x5D {
            nameEnd = text.utf8.distance(from: text.utf8.startIndex, to: last)
        }
        guard let authority = Authority(bytes.string(0..<nameEnd)), authority.port == nil,
            nameEnd == 0 || bytes[nameEnd - 1] != 0x3A
        else { return nil }
        guard nameEnd < bytes.count else {
            (name, port) = (authority.host, nil)
            return
        }
        let digits = nameEnd + 1..<bytes.count
        let isObfuscated = bytes.has(0x5F, at: digits.lowerBound) && digits.count > 1 && bytes.all(in: .token, digits)
        guard isObfuscated || (bytes.decimal(digits).map { $0 <= 65535 } ?? false) else { return nil }
        (name, port) = (authority.host, bytes.string(digits))
    }

    /// The node as it is sent, without the quotes that a colon requires.
    public var description: String {
        let host = name.utf8.contains(0x3A) ? "[\(name)]" : name
        return port.map { "\(host):\($0)" } ?? host
    }
}
