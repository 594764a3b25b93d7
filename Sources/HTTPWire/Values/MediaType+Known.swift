extension MediaType {
    /// `text/plain; charset=utf-8` (Dart's `ContentType.text`).
    public static let plainText = known("text/plain; charset=utf-8")
    /// `text/html; charset=utf-8`.
    public static let html = known("text/html; charset=utf-8")
    /// `text/css; charset=utf-8`.
    public static let css = known("text/css; charset=utf-8")
    /// `text/csv; charset=utf-8`.
    public static let csv = known("text/csv; charset=utf-8")
    /// `text/javascript; charset=utf-8` (RFC 9239).
    public static let javascript = known("text/javascript; charset=utf-8")
    /// `text/event-stream`, always UTF-8.
    public static let eventStream = known("text/event-stream")
    /// `application/json; charset=utf-8`.
    public static let json = known("application/json; charset=utf-8")
    /// `application/problem+json` (RFC 9457).
    public static let problemJSON = known("application/problem+json")
    /// `application/xml; charset=utf-8`.
    public static let xml = known("application/xml; charset=utf-8")
    /// `application/octet-stream` (Dart's `ContentType.binary`).
    public static let octetStream = known("application/octet-stream")
    /// `application/x-www-form-urlencoded`.
    public static let formURLEncoded = known("application/x-www-form-urlencoded")
    /// `multipart/form-data`, without its boundary.
    public static let multipartFormData = known("multipart/form-data")
    /// `application/pdf`.
    public static let pdf = known("application/pdf")
    /// `application/wasm`.
    public static let wasm = known("application/wasm")
    /// `image/svg+xml`.
    public static let svg = known("image/svg+xml")
    /// `image/png`.
    public static let png = known("image/png")
    /// `image/jpeg`.
    public static let jpeg = known("image/jpeg")
    /// `*/*`, the range of all media types.
    public static let any = known("*/*")

    private static func known(_ text: StaticString) -> MediaType {
        guard let type = MediaType("\(text)") else { preconditionFailure("\(text) is not a media type") }
        return type
    }
}

extension MediaType {
    /// Whether this is a media range, `text/*` or `*/*`, as in `Accept`.
    public var isRange: Bool {
        essence.utf8.last == 0x2A && essence.utf8.dropLast().last == 0x2F
    }

    /// Whether this type is in `range`: the range is `*/*`, or `text/*` with the same type, or the same type and
    /// subtype; and every parameter of the range except `q` is also one of this type (RFC 9110 section 12.5.1).
    public func matches(_ range: MediaType) -> Bool {
        range.covers(essence: essence)
            && range.parameters.allSatisfy { parameter in
                guard parameter.name != "q", let value = parameter.value else { return true }
                return parameters[parameter.name].map { $0.equalsIgnoringCase(value) } ?? false
            }
    }

    /// Whether a type is in this range, ignoring parameters.
    private func covers(essence other: String) -> Bool {
        if essence == other || essence == "*/*" { return true }
        guard isRange else { return false }
        let prefix = essence.utf8.dropLast()
        return other.utf8.starts(with: prefix)
    }

    /// Whether content of this type is JSON: `application/json`, or a type that ends in `+json` (RFC 6839 section 3.1).
    public var isJSON: Bool { essence == MediaType.json.essence || essence.hasSuffix("+json") }

    /// Whether content of this type usually becomes smaller when compressed.
    ///
    /// True for text of all kinds, JSON, XML, JavaScript, SVG, WebAssembly and some uncompressed fonts and images;
    /// false for formats that are already compressed, and for `text/event-stream`, since a compressor would delay
    /// events.
    public var isCompressible: Bool {
        if essence == "text/event-stream" { return false }
        if essence.hasPrefix("text/") || essence.hasSuffix("+json") || essence.hasSuffix("+xml") { return true }
        switch essence {
        case "application/json", "application/xml", "application/javascript", "application/x-javascript",
            "application/ecmascript", "application/wasm",
            "application/x-www-form-urlencoded", "application/graphql", "application/graphql-response",
            "application/yaml", "application/toml", "application/sql", "application/rtf", "application/x-ndjson",
            "application/jsonl", "application/json-seq", "application/vnd.ms-fontobject", "application/x-sh",
            "application/x-tar", "application/postscript",
            "font/ttf", "font/otf", "font/collection", "application/x-font-ttf", "application/x-font-otf",
            "image/bmp", "image/x-icon", "image/vnd.microsoft.icon", "image/x-ms-bmp":
            return true
        default:
            return essence.hasSuffix("+yaml") || essence.hasSuffix("+text")
        }
    }
}
