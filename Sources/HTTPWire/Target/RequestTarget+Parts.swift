extension RequestTarget {
    /// The path as sent, percent-encoded: from the first slash to the `?`.
    ///
    /// It is `/` for an absolute form without a path (RFC 9110 section 4.2.3), `*` for the asterisk form, and empty for
    /// the authority form.
    public var path: String {
        switch form {
        case .origin, .absolute:
            let (path, _) = ranges
            if path.count == raw.utf8.count { return raw }
            return path.isEmpty ? "/" : raw.utf8.span.string(path)
        case .authority: return ""
        case .asterisk: return raw
        }
    }

    /// The query as sent, percent-encoded and without the `?`; `nil` if there is no `?`, empty if nothing follows it.
    public var query: String? {
        ranges.query.map { raw.utf8.span.string($0) }
    }

    /// The scheme of the absolute form in lower case, `http` or `https`; otherwise `nil`.
    public var scheme: String? {
        guard form == .absolute else { return nil }
        return raw.utf8.dropFirst(4).first == 0x3A ? "http" : "https"
    }

    /// The authority of the absolute and the authority form; otherwise `nil`.
    public var authority: Authority? {
        switch form {
        case .origin, .asterisk: return nil
        case .authority: return Authority(raw)
        case .absolute:
            guard let range = raw.utf8.span.absoluteFormAuthority() else { return nil }
            return Authority(raw.utf8.span.string(range))
        }
    }

    /// The segments of the path, percent-decoded, as in Dart's `Uri.pathSegments`.
    ///
    ///     /       []
    ///     /a/b    ["a", "b"]
    ///     /a/b/   ["a", "b", ""]
    ///     //a     ["", "a"]
    ///
    /// A decoded segment may hold anything, including `/`, `..` and NUL: check it before you use it as a file name.
    ///
    /// - Throws: `PercentEncoding.DecodingError` if a segment decodes to bytes that are not UTF-8. Any client can send
    ///   such a path; respond with 400.
    public var pathSegments: [String] {
        get throws(PercentEncoding.DecodingError) {
            guard form == .origin || form == .absolute else { return [] }
            return try raw.utf8.span.extracting(ranges.path).decodedSegments()
        }
    }

    /// The parameters of the query, decoded; none if there is no query.
    ///
    /// - Throws: `QueryParameters.ParsingError` if there are more than 1000, or if one decodes to bytes that are not
    ///   UTF-8. Any client can send such a query; respond with 400.
    public var queryParameters: QueryParameters {
        get throws(QueryParameters.ParsingError) {
            guard let query = ranges.query else { return QueryParameters() }
            return try QueryParameters(raw.utf8.span.extracting(query), limit: QueryParameters.defaultLimit)
        }
    }

    /// The ranges of path and query in `raw`.
    private var ranges: (path: Range<Int>, query: Range<Int>?) {
        Self.ranges(in: raw.utf8.span, form: form)
    }

    /// The ranges of path and query in the bytes of a target.
    static func ranges(in bytes: Span<UInt8>, form: Form) -> (path: Range<Int>, query: Range<Int>?) {
        let start: Int
        switch form {
        case .origin: start = 0
        case .absolute: start = bytes.absoluteFormAuthority()?.upperBound ?? bytes.count
        case .authority, .asterisk: return (0..<0, nil)
        }
        var end = start
        while end < bytes.count, bytes[end] != 0x3F { end += 1 }
        return (start..<end, end < bytes.count ? end + 1..<bytes.count : nil)
    }
}
