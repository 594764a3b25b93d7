/// The absolute URL of a resource: scheme, host, path, query and fragment (RFC 3986; RFC 9110 section 4.2).
///
///     let url = HTTPURL("HTTP://user:pw@Example.com:8080/a b?q=ü#top")
///     url?.host            // "example.com"
///     url?.authority       // "example.com:8080"
///     url?.requestTarget   // "/a%20b?q=%C3%BC"
///     url?.resolving("../c")?.description   // "http://user:pw@example.com:8080/c"
///
/// The stored URL is always valid by RFC 3986: other text that browsers would accept is corrected when it is read. Any
/// scheme is accepted as long as a host follows; the client decides which ones it supports.
public struct HTTPURL: Sendable, Hashable, LosslessStringConvertible {
    /// The scheme in lower case.
    public let scheme: String
    /// User information as in the URL, without the `@`; never empty.
    var userInfo: String?
    /// Host and port; the port is `nil` if it is the scheme's default.
    let hostAndPort: Authority
    /// The path, percent-encoded and without `.` and `..` segments. Empty, or begins with a slash.
    public let path: String
    /// The query, percent-encoded and without the `?`; `nil` if there is no `?`.
    public internal(set) var query: String?
    /// The fragment, percent-encoded and without the `#`; `nil` if there is no `#`. It is never sent.
    public internal(set) var fragment: String?

    /// Reads an absolute URL.
    ///
    /// As in browsers, white space at the ends is dropped, the scheme is converted to lower case and the host to its
    /// canonical form (``Authority``), `.` and `..` segments are resolved, the scheme's default port is dropped, and
    /// characters that RFC 3986 does not allow in path, query or fragment are percent-encoded as UTF-8: spaces, letters
    /// beyond ASCII, `"<>[]^{|}`, the backtick, and a `%` that is not followed by two hexadecimal digits. A backslash
    /// is encoded as well: it never counts as a slash.
    ///
    /// - Returns: `nil` if there is no scheme or no host; if the host has a space or a character that is not ASCII
    ///   (write such names in their `xn--` form), or ends in a number without being an address, such as `1.2.3.256`; if
    ///   the port is not 0 to 65535; if there is a control character; or if the user information does not decode to
    ///   UTF-8.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        guard let reference = URIReference(bytes), let scheme = reference.scheme,
            let authority = reference.authority
        else { return nil }
        self.init(scheme: bytes.lowercasedString(scheme), authority: authority, of: reference, in: bytes)
    }

    /// Creates a URL of these parts; `nil` if one of them is not valid.
    ///
    /// - Parameters:
    ///   - scheme: Defaults to `http`.
    ///   - host: A name or an IP address; IPv6 with or without brackets and zone.
    ///   - port: Defaults to the scheme's default port.
    ///   - path: Gets a leading slash if it has none, and is percent-encoded where it is not yet. Defaults to `/`.
    ///   - query: The query without `?`. Defaults to none.
    public init?(scheme: String = "http", host: String, port: Int? = nil, path: String = "/", query: String? = nil) {
        guard let authority = Authority(host: host, port: port), scheme.isScheme else { return nil }
        for byte in path.utf8 where byte < 0x20 || byte == 0x7F { return nil }
        for byte in (query ?? "").utf8 where byte < 0x20 || byte == 0x7F { return nil }
        let path = path.utf8.first == 0x2F ? path : "/" + path
        self.init(
            scheme: scheme.asciiLowercased,
            userInfo: nil,
            hostAndPort: authority,
            path: PercentEncoding.completed(path.utf8.span, keeping: .uriPath).removingDotSegments,
            query: query.map { PercentEncoding.completed($0.utf8.span, keeping: .uriQuery) },
            fragment: nil
        )
    }

    /// Creates the URL with the authority and path of `reference`.
    init?(scheme: String, authority: Range<Int>, of reference: URIReference, in bytes: Span<UInt8>) {
        var userInfo: String?
        var hostStart = authority.lowerBound
        if let at = bytes.last(0x40, in: authority) {
            hostStart = at + 1
            let text = PercentEncoding.completed(bytes.extracting(authority.lowerBound..<at), keeping: .uriUserInfo)
            guard (try? PercentEncoding.decode(text)) != nil else { return nil }
            if !text.isEmpty { userInfo = text }
        }
        // Browsers read a backslash as a slash, so the end of the authority would be ambiguous.
        guard bytes.first(0x5C, in: authority) == nil,
            let hostAndPort = Authority(bytes.string(hostStart..<authority.upperBound))
        else { return nil }
        self.init(
            scheme: scheme,
            userInfo: userInfo,
            hostAndPort: hostAndPort,
            path: PercentEncoding.completed(bytes.extracting(reference.path), keeping: .uriPath).removingDotSegments,
            query: reference.query.map { PercentEncoding.completed(bytes.extracting($0), keeping: .uriQuery) },
            fragment: reference.fragment.map { PercentEncoding.completed(bytes.extracting($0), keeping: .uriQuery) }
        )
    }

    /// Creates a URL of valid parts; the port may be the scheme's default.
    init(
        scheme: String,
        userInfo: String?,
        hostAndPort: Authority,
        path: String,
        query: String?,
        fragment: String?
    ) {
        self.scheme = scheme
        self.userInfo = userInfo
        let isDefaultPort = hostAndPort.port != nil && hostAndPort.port == HTTPOrigin.defaultPort(of: scheme)
        self.hostAndPort = isDefaultPort ? hostAndPort.withoutPort : hostAndPort
        self.path = path
        self.query = query
        self.fragment = fragment
    }
}
