import HTTPTypes

extension FieldBlock {
    /// The fields of a trailer section, without those that are allowed in a header section only.
    ///
    /// In a request, fields that frame or route a message are already rejected when the trailer section is parsed. The
    /// others that RFC 9110 section 6.5.1 forbids (for authentication, conditions, controls and the handling of the
    /// content) are dropped here, so that code that merges trailers into the header fields cannot mistake them for
    /// such.
    package func makeTrailers() -> HTTPFields {
        guard !isEmpty else { return [:] }
        var trailers = makeHTTPFields()
        trailers.removeAll { ForbiddenTrailers.contains($0.name) }
        return trailers
    }
}

/// The fields that must not be sent as trailers (RFC 9110 section 6.5.1).
package enum ForbiddenTrailers {
    /// Whether the field of this name must not be a trailer.
    package static func contains(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "content-length", "transfer-encoding", "host", "connection", "expect", "upgrade":
            true
        case "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate", "cookie", "set-cookie":
            true
        case "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range":
            true
        case "content-type", "content-encoding", "content-range", "trailer":
            true
        case "cache-control", "age", "date", "expires", "location", "retry-after", "vary", "max-forwards", "te",
            "keep-alive", "proxy-connection", "pragma", "content-location":
            true
        default:
            false
        }
    }
}
