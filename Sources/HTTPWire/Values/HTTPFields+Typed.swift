import HTTPTypes

/// Fields as values. A field that is absent or malformed is `nil`; setting `nil` removes the field. The text as sent
/// stays available through the subscript. If a field that may occur once only is repeated, equal values count as one,
/// and different ones as none, unless otherwise stated.
extension HTTPFields {
    /// `Content-Type` (RFC 9110 section 8.3). If there are several fields, the last one counts.
    public var contentType: MediaType? {
        get { lastValue(of: .contentType).flatMap(MediaType.init) }
        set { self[.contentType] = newValue?.description }
    }

    /// `Content-Disposition` (RFC 6266). If there are several fields, the last one counts.
    public var contentDisposition: ContentDisposition? {
        get { lastValue(of: .contentDisposition).flatMap(ContentDisposition.init) }
        set { self[.contentDisposition] = newValue?.description }
    }

    /// `Content-Length` in bytes (RFC 9110 section 8.6). `nil` also if several values differ, or one has other
    /// characters than digits.
    ///
    /// Setting a negative value removes the field.
    public var contentLength: Int? {
        get {
            var length: Int?
            for field in self where field.name == .contentLength {
                let bytes = field.value.utf8.span
                var offset = 0
                // Some intermediaries join repeated fields: equal members count as one.
                repeat {
                    let end = bytes.memberEnd(offset, separator: 0x2C)
                    guard let number = bytes.decimal(bytes.trimmed(offset..<end)), length == nil || length == number
                    else { return nil }
                    length = number
                    offset = end + 1
                } while offset <= bytes.count
            }
            return length
        }
        set { self[.contentLength] = newValue.flatMap { $0 < 0 ? nil : String($0) } }
    }

    /// `Date` (RFC 9110 section 6.6.1).
    public var date: HTTPDate? {
        get { httpDate(of: .date) }
        set { self[.date] = newValue?.description }
    }

    /// `Expires` (RFC 9111 section 5.3). A value that is not a date, such as `0`, is read as `nil`; it means that the
    /// response has already expired.
    public var expires: HTTPDate? {
        get { httpDate(of: .expires) }
        set { self[.expires] = newValue?.description }
    }

    /// `Last-Modified` (RFC 9110 section 8.8.2).
    public var lastModified: HTTPDate? {
        get { httpDate(of: .lastModified) }
        set { self[.lastModified] = newValue?.description }
    }

    /// `If-Modified-Since` (RFC 9110 section 13.1.3).
    public var ifModifiedSince: HTTPDate? {
        get { httpDate(of: .ifModifiedSince) }
        set { self[.ifModifiedSince] = newValue?.description }
    }

    /// `If-Unmodified-Since` (RFC 9110 section 13.1.4).
    public var ifUnmodifiedSince: HTTPDate? {
        get { httpDate(of: .ifUnmodifiedSince) }
        set { self[.ifUnmodifiedSince] = newValue?.description }
    }

    /// `ETag` (RFC 9110 section 8.8.3).
    public var entityTag: EntityTag? {
        get { onlyValue(of: .eTag).flatMap { EntityTag($0) } }
        set { self[.eTag] = newValue?.description }
    }

    /// `Range` in bytes (RFC 9110 section 14.2); `nil` also for another unit.
    public var range: ByteRangeSet? {
        get { onlyValue(of: .range).flatMap { ByteRangeSet($0) } }
        set { self[.range] = newValue?.description }
    }

    /// `Content-Range` in bytes (RFC 9110 section 14.4).
    public var contentRange: ContentRange? {
        get { onlyValue(of: .contentRange).flatMap { ContentRange($0) } }
        set { self[.contentRange] = newValue?.description }
    }

    /// `If-Range` (RFC 9110 section 13.1.5).
    public var ifRange: IfRange? {
        onlyValue(of: .ifRange).flatMap { IfRange($0) }
    }

    /// `Host` (RFC 9110 section 7.2); `nil` also if there is more than one, equal or not (RFC 9112 section 3.2).
    public var host: Authority? {
        get {
            let values = self[values: .hostField]
            return values.count == 1 ? Authority(values[0]) : nil
        }
        set { self[.hostField] = newValue?.description }
    }

    /// `Authorization` (RFC 9110 section 11.6.2).
    public var authorization: Authorization? {
        onlyValue(of: .authorization).flatMap { Authorization($0) }
    }

    /// `Strict-Transport-Security` (RFC 6797). If there are several fields, the first one counts.
    public var strictTransportSecurity: StrictTransportSecurity? {
        get { first { $0.name == .strictTransportSecurity }.flatMap { StrictTransportSecurity($0.value) } }
        set { self[.strictTransportSecurity] = newValue?.description }
    }

    /// The options `close`, `keep-alive` and `upgrade` of all the `Connection` fields (RFC 9110 section 7.6.1).
    public var connectionTokens: ConnectionTokens {
        var tokens: ConnectionTokens = []
        for field in self where field.name == .connection { tokens.formUnion(ConnectionTokens(field.value)) }
        return tokens
    }

    /// Whether a member of one of the fields with this name is `token`, ignoring case.
    public func contains(token: String, in name: HTTPField.Name) -> Bool {
        for field in self where field.name == name && FieldList(field.value).contains(token: token) { return true }
        return false
    }

    /// The non-empty members of all the fields with this name, in order (RFC 9110 section 5.6.1).
    public func members(of name: HTTPField.Name) -> [String] {
        var members: [String] = []
        for field in self where field.name == name {
            for member in FieldList(field.value) { members.append(String(member)) }
        }
        return members
    }
}

extension HTTPFields {
    /// The cookies of all the `Cookie` fields, in order; malformed ones are left out. Never fails.
    public var cookies: [Cookie] {
        get {
            var cookies: [Cookie] = []
            for field in self where field.name == .cookie { Cookie.parse(field.value, into: &cookies) }
            return cookies
        }
        set {
            // One field, as HTTP/1 requires (RFC 6265bis section 5.8.1).
            let text = newValue.map(\.description).joined(separator: "; ")
            self[values: .cookie] = text.isEmpty ? [] : [text]
        }
    }

    /// The cookies of all the `Set-Cookie` fields, in order; those that browsers would ignore are left out. Never
    /// fails.
    public var setCookies: [SetCookie] {
        var cookies: [SetCookie] = []
        for field in self where field.name == .setCookie {
            if let cookie = SetCookie(fieldValue: field.value) { cookies.append(cookie) }
        }
        return cookies
    }

    /// Adds a `Set-Cookie` field.
    public mutating func append(_ cookie: SetCookie) {
        append(HTTPField(name: .setCookie, value: cookie.description))
    }

    /// The challenges of all the fields with this name, `.wwwAuthenticate` or `.proxyAuthenticate`, in order; malformed
    /// ones are left out (RFC 9110 section 11.6.1). Never fails.
    public func challenges(in name: HTTPField.Name) -> [Challenge] {
        var challenges: [Challenge] = []
        for field in self where field.name == name { Challenge.parse(field.value.utf8.span, into: &challenges) }
        return challenges
    }

    /// The preferences in all the fields with this name, such as `.accept`; `nil` if there is no such field.
    public func qualityList(of name: HTTPField.Name) -> QualityList? {
        let values = self[values: name]
        return values.isEmpty ? nil : QualityList(fieldValues: values)
    }

    /// The elements of all the `Forwarded` fields, the client's side first; `nil` if one is malformed.
    ///
    /// Anyone can send such a field. Believe an element only if a proxy of your own added it.
    public var forwarded: [ForwardedElement]? {
        var elements: [ForwardedElement] = []
        for field in self where field.name == .forwarded {
            guard let found = ForwardedElement.parse(field.value) else { return nil }
            elements += found
        }
        return elements
    }

    /// The parties in all the `X-Forwarded-For` fields, the client's side first; `nil` if one is malformed.
    ///
    /// Anyone can send such a field. Believe a party only if a proxy of your own added it.
    public var xForwardedFor: [ForwardedNode]? {
        var nodes: [ForwardedNode] = []
        for field in self where field.name == .xForwardedFor {
            for member in FieldList(field.value) {
                guard let node = ForwardedNode(String(member)) else { return nil }
                nodes.append(node)
            }
        }
        return nodes
    }

    /// The members of all the `X-Forwarded-Proto` fields in lower case, the client's side first.
    ///
    /// Anyone can send such a field. Believe a member only if a proxy of your own added it.
    public var xForwardedProto: [String] {
        members(of: .xForwardedProto).map(\.asciiLowercased)
    }

    /// The hosts in all the `X-Forwarded-Host` fields, the client's side first; `nil` if one is malformed.
    ///
    /// Anyone can send such a field. Believe a host only if a proxy of your own added it.
    public var xForwardedHost: [Authority]? {
        var hosts: [Authority] = []
        for member in members(of: .xForwardedHost) {
            guard let host = Authority(member) else { return nil }
            hosts.append(host)
        }
        return hosts
    }

    /// `traceparent` and `tracestate` (W3C Trace Context). A malformed `tracestate` counts as empty. Setting `nil`
    /// removes both.
    public var traceContext: TraceContext? {
        get {
            onlyValue(of: .traceparent).flatMap { TraceContext($0, state: self[.tracestate] ?? "") }
        }
        set {
            // In lower case in HTTP/1 too (section 3.2.1).
            self[HTTPField.Name("traceparent") ?? .traceparent] = newValue?.description
            self[HTTPField.Name("tracestate") ?? .tracestate] = newValue.flatMap {
                $0.state.isEmpty ? nil : $0.state.description
            }
        }
    }
}

extension HTTPFields {
    private func lastValue(of name: HTTPField.Name) -> String? {
        var value: String?
        for field in self where field.name == name { value = field.value }
        return value
    }

    private func httpDate(of name: HTTPField.Name) -> HTTPDate? {
        onlyValue(of: name).flatMap { HTTPDate($0) }
    }
}
